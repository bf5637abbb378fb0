/** Numbers as a person reads them. A no-break space stands between number and unit. */

const nbsp = '\u00a0';
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 0.98765 → '98.77 %' */
export function percent(share: number, digits = 2): string {
  return `${(share * 100).toFixed(digits)}${nbsp}%`;
}

/** A difference of shares in percentage points, signed: −0.0028 → '−0.28'. No difference → '±0'. */
export function points(difference: number): string {
  const text = Math.abs(difference * 100).toFixed(2);
  if (text === '0.00') return '±0';
  return `${difference < 0 ? '−' : '+'}${text}`;
}

/** 1438 → '1,438' */
export function count(value: number): string {
  return whole.format(value);
}

/** counted(1, 'epoch') → '1 epoch', counted(2, 'epoch') → '2 epochs' */
export function counted(value: number, thing: string): string {
  return `${count(value)} ${thing}${value === 1 ? '' : 's'}`;
}

/** 98304 → '98.3 kB' (powers of 1000) */
export function bytes(value: number): string {
  if (value < 1000) return `${value}${nbsp}B`;
  return scaled(value, ['kB', 'MB', 'GB', 'TB']);
}

/** 1234567 → '1.23 M' */
export function large(value: number): string {
  return value < 10_000 ? count(value) : scaled(value, ['k', 'M', 'G', 'T']);
}

function scaled(value: number, units: readonly string[]): string {
  let amount = value / 1000;
  let unit = 0;
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit++;
  }
  return `${threeDigits(amount)}${nbsp}${units[unit]}`;
}

/** Milliseconds with three significant digits. */
export function milliseconds(value: number): string {
  return `${threeDigits(value)}${nbsp}ms`;
}

/** 83.4 → '1 min 23 s' */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)}${nbsp}s`;
  const rounded = Math.round(seconds);
  const hours = Math.floor(rounded / 3600);
  const minutes = Math.floor((rounded % 3600) / 60);
  return hours > 0 ? `${hours}${nbsp}h ${minutes}${nbsp}min` : `${minutes}${nbsp}min ${rounded % 60}${nbsp}s`;
}

/** Small positive numbers: 3.814e-6 → '3.8e-6', 0.25 → '0.25', 0 → '0' */
export function small(value: number): string {
  if (value === 0) return '0';
  if (value < 0.001) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}

/** '4.1×' */
export function times(ratio: number): string {
  return `${ratio < 10 ? ratio.toFixed(1) : whole.format(ratio)}×`;
}

function threeDigits(value: number): string {
  const rounded = Number(value.toPrecision(3));
  if (rounded >= 100) return whole.format(value);
  return rounded.toFixed(rounded >= 10 ? 1 : rounded >= 1 ? 2 : 3);
}

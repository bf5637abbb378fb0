/** Numbers and times as a person reads them. A no-break space stands between number and unit. */
import { type Html, html } from './html.ts';

const nbsp = '\u00a0';
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const day = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
const dayOnly = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' });

/** 0.98765 → '98.77 %' */
export const percent = (share: number, digits = 2): string => `${(share * 100).toFixed(digits)}${nbsp}%`;

/** 1438 → '1,438' */
export const count = (value: number): string => whole.format(value);

/** counted(1, 'epoch') → '1 epoch', counted(2, 'epoch') → '2 epochs' */
export const counted = (value: number, thing: string): string =>
  `${count(value)} ${thing}${value === 1 ? '' : 's'}`;

/** 98304 → '98.3 kB' (powers of 1000) */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [amount, unit] = [value, 0];
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${Number(amount.toPrecision(3))}${nbsp}${units[unit]}`;
}

/** Up to four significant digits, by exponent where it is very small or large; NaN and infinities as words. */
export function figure(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return count(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

/** 'p = 0.0215'; 'p < 0.0001' */
export const pText = (p: number): string => (p < 0.0001 ? 'p < 0.0001' : `p = ${p.toFixed(4)}`);

/** 83.4 seconds → '1 min 23 s' */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? Math.max(0, seconds).toFixed(1) : Math.floor(seconds)}${nbsp}s`;
  const all = Math.floor(seconds);
  const [days, hours, minutes] = [
    Math.floor(all / 86_400),
    Math.floor(all / 3600) % 24,
    Math.floor(all / 60) % 60,
  ];
  if (days > 0) return `${days}${nbsp}d ${hours}${nbsp}h`;
  if (hours > 0) return `${hours}${nbsp}h ${minutes}${nbsp}min`;
  return all % 60 === 0 ? `${minutes}${nbsp}min` : `${minutes}${nbsp}min ${all % 60}${nbsp}s`;
}

/** Seconds between two times, up to now where there is no second. */
export const secondsBetween = (from: Date, to: Date | null, now: Date): number =>
  ((to ?? now).getTime() - from.getTime()) / 1000;

/** 'just now', '3 min ago', 'in 2 h', '5 d ago' */
export function distance(date: Date, now: Date): string {
  const seconds = (now.getTime() - date.getTime()) / 1000;
  const size = Math.abs(seconds);
  if (size < 10) return seconds >= 0 ? 'just now' : 'now';
  const units: readonly [number, string][] = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  const [length, unit] = units.find(([length]) => size >= length) ?? [1, 's'];
  const text = `${Math.floor(size / length)}${nbsp}${unit}`;
  return seconds >= 0 ? `${text} ago` : `in ${text}`;
}

/** A time as its distance from now, with the date as a hint. */
export const since = (date: Date | null, now: Date): Html =>
  date === null
    ? html`–`
    : html`<time datetime="${date.toISOString()}" title="${full.format(date)}">${distance(date, now)}</time>`;

/** A time as a date, in the zone of this machine unless another one is named. */
export function moment(date: Date | null, timeZone?: string): Html {
  if (date === null) return html`–`;
  const short = new Intl.DateTimeFormat('en-GB', { ...day, timeZone }).format(date);
  return html`<time datetime="${date.toISOString()}" title="${full.format(date)}">${short}</time>`;
}

/** '25 Nov' */
export const dayOf = (date: Date): string => dayOnly.format(date);

/** What is shown of a run's id: enough to tell it from others. */
export const short = (id: string): string => id.slice(0, 8);

/** What is shown of a digest. */
export const shortDigest = (digest: string): string => `${digest.slice(0, 19)}…`;

/** A difference or another small number: `0`, `2.4e-6`, `0.083`. */
export function small(value: number | null): string {
  if (value === null) return 'not a number';
  if (value === 0) return '0';
  const text = value.toPrecision(2);
  return value < 0.001 || value >= 1e4 ? value.toExponential(1) : String(Number(text));
}

/** A share of 0 to 1 as `100 %`, `99.7 %`; what is not all of it never reads 100 %. */
export function percent(share: number): string {
  if (share === 1) return '100 %';
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

/** Bytes as `812 B`, `33.7 kB`, `14.2 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] = bytes < 999_500 ? [bytes / 1e3, 'kB'] : [bytes / 1e6, 'MB'];
  return `${value >= 100 ? Math.round(value) : value.toPrecision(3)} ${unit}`;
}

/** Milliseconds as `0.085 ms`, `12.3 ms`. */
export const milliseconds = (value: number): string => `${Number(value.toPrecision(value < 0.1 ? 2 : 3))} ms`;

import Table from 'cli-table3';

/** A table for the terminal: a line a row, and none between them. */
export const makeTable = (options: { head?: string[]; colWidths?: number[]; wordWrap?: boolean } = {}) =>
  new Table({
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    ...options,
  });

/** A moment in a zone, `2026-11-25 03:00 CET`; in this machine's zone unless one is given. */
export const time = (date: Date | null, timeZone?: string): string =>
  date === null
    ? '–'
    : new Intl.DateTimeFormat('sv-SE', {
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
        timeZoneName: 'short',
        ...(timeZone && { timeZone }),
      }).format(date);

/** Between two moments: `8.2 s`, `3 min 5 s`. */
export function duration(from: Date | null, to: Date | null): string {
  if (!from) return '–';
  const seconds = ((to ?? new Date()).getTime() - from.getTime()) / 1000;
  return seconds < 60
    ? `${seconds.toFixed(1)} s`
    : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** The start of an id or of a digest: enough to tell it from others. */
export const short = (text: string): string => text.replace(/^sha256:/, '').slice(0, 8);

/** A figure as lists show it. */
export const figure = (value: unknown): string =>
  typeof value === 'number'
    ? String(Number(value.toPrecision(4)))
    : value === undefined
      ? '–'
      : String(value);

import { InputError } from '@trainyard/autograd';

/** A number for both directions, or [vertical, horizontal]. */
export type Pair = number | readonly [height: number, width: number];

/** @throws InputError unless both numbers are integers of at least `least` */
export function pair(where: string, name: string, value: Pair, least: number): [number, number] {
  const both = typeof value === 'number' ? [value, value] : value;
  if (both.length !== 2 || both.some((n) => !Number.isInteger(n) || n < least))
    throw new InputError(where, `${name} of integers from ${least}`, JSON.stringify(value));
  return [both[0], both[1]];
}

/** @throws InputError unless `value` is an integer of at least 1 */
export function positive(where: string, name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1)
    throw new InputError(where, `${name} of at least 1`, String(value));
  return value;
}

/** More threads than any machine has processors for only cost memory and time. */
const mostThreads = 256;

/** A number of threads. @throws InputError unless `value` is an integer from 1 to 256 */
export function threadCount(where: string, name: string, value: number): number {
  if (positive(where, name, value) > mostThreads)
    throw new InputError(where, `${name} of at most ${mostThreads}`, String(value));
  return value;
}

/** @throws InputError unless `low` ≤ `value` < `high` */
export function inRange(where: string, name: string, value: number, low: number, high: number): number {
  if (!(value >= low && value < high))
    throw new InputError(where, `${name} from ${low} to below ${high}`, String(value));
  return value;
}

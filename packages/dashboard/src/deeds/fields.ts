import { DashboardError } from '../errors.ts';

/** A field that must be filled in. @throws DashboardError */
export function required(form: URLSearchParams, name: string): string {
  const value = (form.get(name) ?? '').trim();
  if (value !== '') return value;
  throw new DashboardError(name, 'something', 'nothing', 'fill it in');
}

/** One of some words. @throws DashboardError */
export function oneOf<T extends string>(form: URLSearchParams, name: string, words: readonly T[]): T {
  const value = form.get(name);
  const known = words.find((word) => word === value);
  if (known !== undefined) return known;
  throw new DashboardError(name, words.join(' or '), value === null ? 'nothing' : 'something else');
}

/** A whole number from 1 up. @throws DashboardError */
export function numbered(form: URLSearchParams, name: string): number {
  const value = Number(form.get(name) ?? '');
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new DashboardError(name, 'a whole number from 1 up', 'something else');
}

import type { JsonObject } from '@trainyard/registry';
import { figure, percent } from './format.ts';

/** Whether a name says that its figure is a share, 0 to 1. */
export const isShare = (name: string): boolean => /accuracy|agreement|share/i.test(name);

/** A figure by what its name says: shares in percent. */
export const metricText = (name: string, value: number): string =>
  isShare(name) && Math.abs(value) <= 1 ? percent(value) : figure(value);

/** The same on an axis, where zeros at the end are no news. */
export const axisText = (name: string, value: number): string =>
  isShare(name) && Math.abs(value) <= 1 ? `${Number((value * 100).toFixed(2))}\u00a0%` : figure(value);

/** Those of a version's or a run's metrics that are numbers. */
export const numbersOf = (metrics: JsonObject | null): readonly (readonly [string, number])[] =>
  Object.entries(metrics ?? {}).filter((entry): entry is [string, number] => typeof entry[1] === 'number');

import type { JsonObject } from '@trainyard/registry';
import { figure, percent } from './format.ts';

const isShare = (name: string): boolean => /accuracy|agreement|share/i.test(name);

/** A figure by what its name says: shares in percent. */
export const metricText = (name: string, value: number): string =>
  isShare(name) && Math.abs(value) <= 1 ? percent(value) : figure(value);

/** Those of a version's or a run's metrics that are numbers. */
export const numbersOf = (metrics: JsonObject | null): readonly (readonly [string, number])[] =>
  Object.entries(metrics ?? {}).filter((entry): entry is [string, number] => typeof entry[1] === 'number');

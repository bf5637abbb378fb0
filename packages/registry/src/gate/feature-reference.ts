import { InputError } from '../errors.ts';
import { checkWhole } from '../names.ts';
import { sorted } from './kolmogorov-smirnov.ts';

/**
 * What is kept of a feature's values to compare later ones with: plain JSON, for the statistics of a dataset. Bins are
 * fixed by the reference.
 */
export type FeatureReference = {
  readonly count: number;
  /** Ascending. Bin 0 lies below the first edge, bin 1 reaches from it to the second, which it includes, and so on;
   * the last bin lies above the last edge. */
  readonly edges: readonly number[];
  /** How many values each bin has: one more than edges. */
  readonly counts: readonly number[];
  /** The values, ascending, or evenly spread ones of them. */
  readonly sample: readonly number[];
};

export interface ReferenceOptions {
  /** Between the least and the largest value, of about equal counts; 10 unless given. */
  readonly bins?: number;
  /** Values that are kept at most; 1,000 unless given. */
  readonly sample?: number;
}

/**
 * Summarizes the values of a feature: one number a picture, such as its mean brightness. Edges are quantiles, so
 * equal values never part; the first and the last edge are the extremes, so that values beyond them show.
 * @throws InputError at no values, or some that are not finite
 */
export function featureReference(
  values: ArrayLike<number>,
  { bins = 10, sample = 1000 }: ReferenceOptions = {},
): FeatureReference {
  checkWhole('feature reference, bins', bins, 1);
  checkWhole('feature reference, sample', sample, 1);
  const all = sorted('feature reference', values);
  const quantiles = Array.from(
    { length: bins + 1 },
    (_, i) => all[Math.round((i / bins) * (all.length - 1))],
  );
  const distinct = [...new Set(quantiles)];
  // A feature that is always the same has a bin for that value, and one on each side.
  const edges = distinct.length > 1 ? distinct : [distinct[0], distinct[0]];
  return { count: all.length, edges, counts: binCounts(edges, all), sample: spread(all, sample) };
}

/** How many values each bin has. @throws InputError at a value that is not finite */
export function binCounts(edges: readonly number[], values: ArrayLike<number>): number[] {
  const counts = new Array<number>(edges.length + 1).fill(0);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]))
      throw new InputError('feature', 'finite numbers', `${values[i]} at place ${i}`);
    counts[binOf(edges, values[i])] += 1;
  }
  return counts;
}

function binOf(edges: readonly number[], value: number): number {
  if (value < edges[0]) return 0;
  if (value === edges[0]) return 1;
  // The first edge that is not below the value closes its bin.
  let [low, high] = [1, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

const spread = (all: Float64Array, count: number): number[] =>
  all.length <= count
    ? [...all]
    : Array.from({ length: count }, (_, i) => all[Math.floor(((i + 0.5) / count) * all.length)]);

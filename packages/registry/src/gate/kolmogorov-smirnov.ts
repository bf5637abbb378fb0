import { InputError } from '../errors.ts';
import { kolmogorovTail } from './special-functions.ts';

export interface KolmogorovSmirnov {
  /** The largest distance of the two cumulative distributions, 0 to 1. */
  readonly statistic: number;
  /** How likely a distance of this size or larger is for samples of one distribution. */
  readonly pValue: number;
}

/**
 * The two-sample test of Kolmogorov and Smirnov, two-sided, of values in any order. The p-value is the asymptotic one,
 * of √(nm/(n + m)) D (N. Smirnov, Bulletin of Moscow University 2, 1939); M. Stephens' correction for small samples,
 * which is for one sample against a distribution, would be too bold here. Equal values step together; where there are
 * many, the p-value is on the safe side.
 * @throws InputError at no values, or some that are not finite
 */
export function kolmogorovSmirnov(a: ArrayLike<number>, b: ArrayLike<number>): KolmogorovSmirnov {
  const [x, y] = [sorted('first sample', a), sorted('second sample', b)];
  let [i, j] = [0, 0];
  let statistic = 0;
  while (i < x.length && j < y.length) {
    const value = Math.min(x[i], y[j]);
    while (i < x.length && x[i] === value) i += 1;
    while (j < y.length && y[j] === value) j += 1;
    statistic = Math.max(statistic, Math.abs(i / x.length - j / y.length));
  }
  const scale = Math.sqrt((x.length * y.length) / (x.length + y.length));
  return { statistic, pValue: kolmogorovTail(scale * statistic) };
}

/** @throws InputError at no values, or some that are not finite */
export function sorted(where: string, values: ArrayLike<number>): Float64Array {
  if (values.length === 0) throw new InputError(where, 'values', 'none');
  const copy = Float64Array.from(values);
  const bad = copy.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new InputError(where, 'finite numbers', `${copy[bad]} at place ${bad}`);
  return copy.sort();
}

import { InputError } from '../errors.ts';
import { chiSquaredTail } from './special-functions.ts';

/** Stands for an empty bin, whose logarithm there is not. */
const emptyShare = 1e-4;
/** What must be expected in a bin for chi-squared to hold. */
const fewest = 5;

export interface PopulationStability {
  /** 0 where the shares are equal. Customary reading: below 0.1 stable, from 0.25 moved. */
  readonly index: number;
  /** How likely shares as different as these are where nothing has moved: the index of few values is large by chance. */
  readonly pValue: number;
}

/**
 * The population stability index of counts in the same bins, Σ (q − p) ln(q / p) over their shares p and q
 * (N. Siddiqi, Credit Risk Scorecards, 2006). Bins that are empty in both count for nothing.
 *
 * Its own distribution, (1/N + 1/M) times chi-squared (B. Yurdakul, Western Michigan University, 2018), is too bold
 * below some thousand values, so the p-value is that of the chi-squared test of homogeneity on these bins, in which
 * bins are joined until 5 values are expected in each (W. Cochran, Biometrics 10, 1954).
 * @throws InputError where the bins differ or a side has nothing in them
 */
export function populationStability(
  reference: readonly number[],
  current: readonly number[],
): PopulationStability {
  if (reference.length !== current.length || reference.length === 0)
    throw new InputError('population stability', `${reference.length} bins`, `${current.length}`);
  const [n, m] = [total('reference', reference), total('current', current)];
  let index = 0;
  for (const [bin, count] of reference.entries()) {
    if (count === 0 && current[bin] === 0) continue;
    const p = Math.max(count / n, emptyShare);
    const q = Math.max(current[bin] / m, emptyShare);
    index += (q - p) * Math.log(q / p);
  }
  return { index, pValue: homogeneity(reference, current, n, m) };
}

/** The p-value of Pearson's test of a table of two rows. */
function homogeneity(reference: readonly number[], current: readonly number[], n: number, m: number): number {
  const bins: (readonly [number, number])[] = [];
  const least = (fewest * (n + m)) / Math.min(n, m);
  let [a, b] = [0, 0];
  for (const [bin, count] of reference.entries()) {
    [a, b] = [a + count, b + current[bin]];
    if (a + b < least) continue;
    bins.push([a, b]);
    [a, b] = [0, 0];
  }
  const last = bins.pop() ?? [0, 0];
  bins.push([last[0] + a, last[1] + b]);
  if (bins.length === 1) return 1;
  const statistic = bins.reduce((sum, [r, c]) => {
    const expected = ((r + c) * n) / (n + m);
    // Both rows of a column differ from what is expected by the same number.
    return sum + (r - expected) ** 2 * (1 / expected + 1 / (r + c - expected));
  }, 0);
  return chiSquaredTail(statistic, bins.length - 1);
}

function total(where: string, counts: readonly number[]): number {
  for (const count of counts)
    if (!Number.isSafeInteger(count) || count < 0)
      throw new InputError(`population stability, ${where}`, 'counts', String(count));
  const sum = counts.reduce((a, b) => a + b, 0);
  if (sum === 0) throw new InputError(`population stability, ${where}`, 'something in the bins', 'nothing');
  return sum;
}

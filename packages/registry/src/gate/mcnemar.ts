import { InputError } from '../errors.ts';
import { checkWhole, quote } from '../names.ts';
import { chiSquaredTail, fairCoins, fairCoinsAtMost } from './special-functions.ts';

export const mcnemarMethods = ['auto', 'exact', 'mid-p', 'chi-squared'] as const;
export type McNemarMethod = (typeof mcnemarMethods)[number];

export interface McNemar {
  /** Pictures that the champion alone has right, and the challenger alone. */
  readonly championOnly: number;
  readonly challengerOnly: number;
  readonly method: Exclude<McNemarMethod, 'auto'>;
  /** How likely a difference of this size or larger is, either way, where both are equally good. */
  readonly pValue: number;
  /** Of the chi-squared test. */
  readonly statistic?: number;
}

/** Discordant pairs from which chi-squared is near enough to the exact test. */
const many = 25;

/**
 * McNemar's test of two classifiers on the same pictures, two-sided: it looks at those that one alone has right, of
 * which each should have half (Q. McNemar, Psychometrika 12, 1947; for classifiers T. Dietterich, Neural Computation
 * 10, 1998).
 *
 * - `exact`: the binomial test; never too bold, and on few pairs too timid.
 * - `mid-p`: the same with half of the probability of what was seen; hardly ever too bold, and recommended for all
 *   sizes (M. Fagerland, S. Lydersen, P. Laake, BMC Medical Research Methodology 13:91, 2013).
 * - `chi-squared`: (|b − c| − 1)² / (b + c), with A. Edwards' continuity correction (Psychometrika 13, 1948).
 * - `auto`: exact below 25 pairs, chi-squared from there.
 * @throws InputError at counts that are none
 */
export function mcnemar(
  championOnly: number,
  challengerOnly: number,
  method: McNemarMethod = 'auto',
): McNemar {
  checkWhole('mcnemar, pictures that the champion alone has right', championOnly);
  checkWhole('mcnemar, pictures that the challenger alone has right', challengerOnly);
  if (!mcnemarMethods.includes(method))
    throw new InputError('mcnemar', `a method, one of ${mcnemarMethods.join(', ')}`, quote(method));
  const pairs = championOnly + challengerOnly;
  const chosen = method === 'auto' ? (pairs < many ? 'exact' : 'chi-squared') : method;
  const counts = { championOnly, challengerOnly, method: chosen };
  if (pairs === 0) return { ...counts, pValue: 1 };
  if (chosen === 'chi-squared') {
    const statistic = Math.max(0, Math.abs(championOnly - challengerOnly) - 1) ** 2 / pairs;
    return { ...counts, pValue: chiSquaredTail(statistic, 1), statistic };
  }
  const fewer = Math.min(championOnly, challengerOnly);
  const twice = 2 * fairCoinsAtMost(fewer, pairs);
  const seen = chosen === 'mid-p' ? fairCoins(fewer, pairs) : 0;
  return { ...counts, pValue: Math.min(1, twice - seen) };
}

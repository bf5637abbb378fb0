import { InputError } from '../errors.ts';
import { quote } from '../names.ts';
import { pValueText } from './check.ts';
import { binCounts, type FeatureReference } from './feature-reference.ts';
import { type KolmogorovSmirnov, kolmogorovSmirnov } from './kolmogorov-smirnov.ts';
import { type PopulationStability, populationStability } from './population-stability.ts';

export interface DriftOptions {
  /** The stability index from which a feature, or the share of classes, has moved; 0.25 unless given. */
  readonly maxIndex?: number;
  /** The distance of distributions from which a feature has moved; 0.15 unless given. */
  readonly maxDistance?: number;
  /** The p-value, corrected for the number of tests, below which a move is more than chance; 0.01 unless given. */
  readonly alpha?: number;
  /** Values of a feature, or predictions, below which nothing is concluded; 50 unless given. */
  readonly minCount?: number;
}

export interface DriftInput {
  /** By name: what is known of the feature, and its values now. */
  readonly features?: Readonly<
    Record<string, { readonly reference: FeatureReference; readonly current: ArrayLike<number> }>
  >;
  /** Pictures of each predicted class, by the number of the class: when the model was released, and now. */
  readonly classes?: { readonly reference: readonly number[]; readonly current: readonly number[] };
}

/** Of a feature, or of the predicted classes. */
export interface DriftFinding {
  readonly name: string;
  readonly count: number;
  readonly drifted: boolean;
  /** In words, with the figures. */
  readonly reason: string;
  /** Absent where there are too few values. */
  readonly stability?: PopulationStability;
  /** Of features. */
  readonly distance?: KolmogorovSmirnov;
}

export interface DriftReport {
  readonly drifted: boolean;
  /** Why, in words: what has moved, or else what was found. */
  readonly reasons: readonly string[];
  readonly findings: readonly DriftFinding[];
  /** What the figures were held against. */
  readonly thresholds: Required<DriftOptions>;
}

interface Tested {
  readonly name: string;
  readonly count: number;
  readonly stability?: PopulationStability;
  readonly distance?: KolmogorovSmirnov;
}

export const predictedClasses = 'predicted classes';

/**
 * Whether inputs or predictions have moved: each feature by its population stability index and by the test of
 * Kolmogorov and Smirnov, the shares of predicted classes by the index. A move counts when it is large enough to
 * matter and too large for chance: with many pictures everything differs a little, with few everything by chance.
 * p-values are corrected together (S. Holm, Scandinavian Journal of Statistics 6, 1979).
 * @throws InputError at values that are not finite, other bins, or nothing to compare
 */
export function checkDrift({ features = {}, classes }: DriftInput, options: DriftOptions = {}): DriftReport {
  const thresholds = { maxIndex: 0.25, maxDistance: 0.15, alpha: 0.01, minCount: 50, ...options };
  const { minCount } = thresholds;
  checkThresholds(thresholds);
  const tested = Object.entries(features).map(([name, { reference, current }]): Tested => {
    if (current.length < minCount) return { name, count: current.length };
    return {
      name,
      count: current.length,
      stability: populationStability(reference.counts, binCounts(reference.edges, current)),
      distance: kolmogorovSmirnov(reference.sample, current),
    };
  });
  if (classes) {
    const count = classes.current.reduce((a, b) => a + b, 0);
    const stability =
      count < minCount ? {} : { stability: populationStability(classes.reference, classes.current) };
    tested.push({ name: predictedClasses, count, ...stability });
  }
  if (tested.length === 0) throw new InputError('drift', 'features or classes to compare', 'none');
  const findings = conclude(tested, thresholds);
  const moved = findings.filter(({ drifted }) => drifted);
  const reasons = (moved.length > 0 ? moved : findings).map(({ reason }) => reason);
  return { drifted: moved.length > 0, reasons, findings, thresholds };
}

function conclude(
  tested: readonly Tested[],
  { maxIndex, maxDistance, alpha, minCount }: Required<DriftOptions>,
): DriftFinding[] {
  const tests = tested.flatMap(({ stability, distance }) =>
    [stability, distance].filter((test) => test !== undefined),
  );
  const corrected = new Map(tests.map((test, i) => [test, holm(tests.map(({ pValue }) => pValue))[i]]));
  return tested.map((test): DriftFinding => {
    const { name, count, stability, distance } = test;
    if (!stability)
      return { ...test, drifted: false, reason: `${name}: ${count} values are too few (${minCount})` };
    const [indexP, distanceP] = [corrected.get(stability)!, distance ? corrected.get(distance)! : 1];
    const byIndex = stability.index >= maxIndex && indexP < alpha;
    const byDistance = (distance?.statistic ?? 0) >= maxDistance && distanceP < alpha;
    const drifted = byIndex || byDistance;
    const parts = [`stability index ${stability.index.toFixed(3)} of ${maxIndex} (${pValueText(indexP)})`];
    if (distance)
      parts.push(`distance ${distance.statistic.toFixed(3)} of ${maxDistance} (${pValueText(distanceP)})`);
    return {
      ...test,
      drifted,
      reason: `${name} ${drifted ? 'has moved' : 'has not moved'}: ${parts.join(', ')}`,
    };
  });
}

/** p-values such that a threshold on any of them holds for all together. */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a] - pValues[b]);
  const corrected = new Array<number>(pValues.length);
  let least = 0;
  for (const [rank, i] of order.entries()) {
    least = Math.max(least, Math.min(1, pValues[i] * (pValues.length - rank)));
    corrected[i] = least;
  }
  return corrected;
}

function checkThresholds(options: DriftOptions): void {
  for (const [name, value] of Object.entries(options))
    if (typeof value !== 'number' || !(value >= 0))
      throw new InputError(`drift, ${name}`, 'a number from 0 up', quote(value));
}

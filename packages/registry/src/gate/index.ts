export type { TargetBudget, TargetFigures } from './budget.ts';
export type { Check } from './check.ts';
export { type Contest, type GateOptions, judge, type Verdict, verdictFigures } from './compare.ts';
export {
  checkDrift,
  type DriftFinding,
  type DriftInput,
  type DriftOptions,
  type DriftReport,
  predictedClasses,
} from './drift.ts';
export {
  binCounts,
  type FeatureReference,
  featureReference,
  type ReferenceOptions,
} from './feature-reference.ts';
export type { ClassAccuracy, Holdout, Predictions, Score } from './holdout.ts';
export { type KolmogorovSmirnov, kolmogorovSmirnov } from './kolmogorov-smirnov.ts';
export { type McNemar, type McNemarMethod, mcnemar, mcnemarMethods } from './mcnemar.ts';
export { type PopulationStability, populationStability } from './population-stability.ts';

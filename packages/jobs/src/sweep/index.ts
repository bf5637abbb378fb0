/** Strategies of sweeps: which trials follow from those that there are. */
export { type Rung, rungsOf } from './halving.ts';
export type {
  GridSweep,
  HalvingSweep,
  Metric,
  NewTrial,
  RandomSweep,
  SweepConfig,
  TrialId,
  TrialState,
} from './method.ts';
export { checkSweep, nextTrials, type SweepStep, trialCounts } from './next-trials.ts';
export { bestOf } from './rank.ts';
export type { Choice, Dimension, Parameters, Range, Space } from './space.ts';

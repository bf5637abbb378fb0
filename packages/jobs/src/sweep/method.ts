import type { Parameters, Space } from './space.ts';

export interface Metric {
  /** The name of a final figure of a trial's run. */
  readonly name: string;
  /** Which figures are better. */
  readonly goal: 'max' | 'min';
}

interface Searched {
  readonly space: Space;
  readonly metric: Metric;
}

/** Every combination. */
export interface GridSweep extends Searched {
  readonly method: 'grid';
}

/** Settings drawn from the space, independently of each other. */
export interface RandomSweep extends Searched {
  readonly method: 'random';
  readonly trials: number;
  readonly seed: number;
}

/** Many drawn settings with few epochs, the best of them with more. */
export interface HalvingSweep extends Searched {
  readonly method: 'halving';
  /** Settings that are drawn. */
  readonly trials: number;
  readonly seed: number;
  /** One in so many goes on, with so many times the epochs. */
  readonly eta: number;
  /** Epochs of the first rung, or a few more: the last one's is met exactly. */
  readonly minEpochs: number;
  /** Epochs of the last rung. */
  readonly maxEpochs: number;
}

export type SweepConfig = GridSweep | RandomSweep | HalvingSweep;

/** Which trial, on which rung: what makes it one, however often it is asked for. */
export interface TrialId {
  readonly trial: number;
  /** From 0; methods without rungs have the one. */
  readonly rung: number;
}

export interface NewTrial extends TrialId {
  readonly parameters: Parameters;
  /** How long it is trained, where the method has a say in that. */
  readonly epochs?: number;
}

/** What is recorded of a trial. */
export interface TrialState extends TrialId {
  readonly parameters: Parameters;
  readonly status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  /** The metric of one that succeeded; one without a finite value is as bad as one that failed. */
  readonly value?: number;
}

/** A way to search a space. Each is a pure function of what is recorded. */
export interface SweepMethod<Config extends SweepConfig = SweepConfig> {
  /** @throws JobError at settings that the method can't work with */
  readonly check: (config: Config) => void;
  /** Trials of each rung, if none fails. */
  readonly sizes: (config: Config) => readonly number[];
  /** All trials that may have been started by now, recorded or not. */
  readonly wanted: (config: Config, trials: readonly TrialState[]) => readonly NewTrial[];
}

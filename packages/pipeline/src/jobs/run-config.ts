import type { JsonObject, Run } from '@trainyard/registry';
import type { Pipeline } from '../config.ts';
import type { StartMode } from '../retrain/index.ts';

/** A version of the pipeline's model that a run starts from, or is compared with. */
export interface Parent {
  readonly run: string;
  readonly version: number;
  /** Digest of its bundle. */
  readonly bundle: string;
}

/** What a run is made of, as it was when the run was started: a change of the config's file since changes no run. */
export interface TrainingConfig {
  readonly pipeline: Pipeline;
  /** Digest of the code that the network may be built from: a worker that has other code refuses the run. */
  readonly code: string;
  readonly start: StartMode;
  /** The champion when the run was started, where it takes weights or pictures from it. */
  readonly parent: Parent | null;
}

/** What is to be looked at before a run is started: nothing, or whether it is needed. */
export interface CheckConfig {
  readonly mode: 'always' | 'needed';
  /** The schedule's name and slot, where one asks. */
  readonly schedule: string | null;
  readonly slot: string | null;
  /** How the training starts, where that is not what the config says. */
  readonly start: StartMode | null;
}

export const trainingConfigOf = (run: Pick<Run, 'config'>): TrainingConfig =>
  run.config as unknown as TrainingConfig;
export const checkConfigOf = (run: Pick<Run, 'config'>): CheckConfig => run.config as unknown as CheckConfig;
export const asJson = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

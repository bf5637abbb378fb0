import type { SweepConfig, TrialState } from '@trainyard/jobs';
import type { JsonObject, Sweep, SweepTrial } from '@trainyard/registry';
import type { Pipeline } from '../config.ts';
import { asJson } from './run-config.ts';

/** What a sweep is made of, as it was when it was started. */
export interface SweepRecord {
  readonly search: SweepConfig;
  readonly pipeline: Pipeline;
  /** Digest of the code that networks may be built from: a worker that has other code refuses the trial. */
  readonly code: string;
}

export const recordOfSweep = ({ search, pipeline, code }: SweepRecord): JsonObject =>
  asJson({ ...search, pipeline, code });

export function sweepRecordOf({ config }: Pick<Sweep, 'config'>): SweepRecord {
  const { pipeline, code, ...search } = config as unknown as SweepConfig & Omit<SweepRecord, 'search'>;
  return { search: search as SweepConfig, pipeline, code };
}

/** What the strategies of sweeps know of a trial. */
export function stateOfTrial(
  { trial, rung, parameters, status, metrics }: SweepTrial,
  { metric }: SweepConfig,
): TrialState {
  const value = metrics?.[metric.name];
  return { trial, rung, parameters, status, ...(typeof value === 'number' && { value }) };
}

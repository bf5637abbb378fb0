import type { Store, Sweep } from '@trainyard/registry';
import type { ShownSweep } from '../sweep/index.ts';
import { epochsOf } from '../sweep/index.ts';
import { stateOfTrial, sweepRecordOf } from './sweep-record.ts';

/** A sweep with its trials so far, for tables and pictures. */
export async function showSweep({ sweeps }: Pick<Store, 'sweeps'>, sweep: Sweep): Promise<ShownSweep> {
  const { search, pipeline } = sweepRecordOf(sweep);
  const trials = (await sweeps.trials(sweep.id)).map((trial) => {
    const { started, finished } = trial;
    return {
      ...stateOfTrial(trial, search),
      epochs: epochsOf(search, pipeline, trial),
      ...(started && { seconds: ((finished ?? new Date()).getTime() - started.getTime()) / 1000 }),
    };
  });
  return { name: sweep.pipeline, config: search, trials };
}

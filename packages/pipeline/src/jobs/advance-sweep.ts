import { type Flow, type NewTrial, nextTrials, type Queue, type SweepStep, startRun } from '@trainyard/jobs';
import type { NewRun, Registry, Sweep, SweepTrial } from '@trainyard/registry';
import { describeError, isOurs } from '../describe-error.ts';
import { applyTrial } from '../sweep/index.ts';
import { asJson } from './run-config.ts';
import { newTraining } from './start-training.ts';
import { type SweepRecord, stateOfTrial, sweepRecordOf } from './sweep-record.ts';

/** Trials of a sweep that wait or are at work: enough for many workers, and few enough for one transaction. */
const atOnce = 64;

export interface Advance {
  readonly registry: Registry;
  readonly queue: Queue;
  /** What a trial's run does. */
  readonly flow: Flow;
}

/**
 * Starts the trials that follow from those that have ended, and ends the sweep after the last one; in the transaction of
 * `registry`, and one after the other for each sweep. Asked twice, it does nothing the second time.
 */
export const advanceSweep = ({ registry, queue, flow }: Advance, id: string): Promise<Sweep> =>
  registry.sweeps.advance(id, async (scope, sweep, trials) => {
    if (sweep.status !== 'running') return sweep;
    const step = planOf(sweep, trials);
    if ('refused' in step) return scope.sweeps.finish(id, 'failed', { reason: step.refused });
    for (const [trial, pipeline] of step.start) {
      const { rung, parameters } = trial;
      const run = await startRun(scope, queue, flow, {
        ...(await newTraining(scope, { project: sweep.pipeline, pipeline, code: step.code, start: 'cold' })),
        key: `sweep/${id}/${trial.trial}/${rung}`,
        trigger: 'sweep',
        priority: priorityOf(trial),
      } satisfies NewRun);
      await scope.sweeps.addTrial(id, { trial: trial.trial, rung, parameters, run: run.id });
    }
    return step.done ? finish(scope, sweep, trials, step) : sweep;
  });

/** Below everything else that waits; the trials that were begun first, and those that came up, are ended first. */
const priorityOf = ({ trial, rung }: NewTrial): number => (rung > 0 ? -1 : -2 - trial);

type Plan = Omit<SweepStep, 'start'> & {
  readonly code: string;
  readonly start: readonly (readonly [NewTrial, SweepRecord['pipeline']])[];
};

/** What follows; or why nothing can, as when a worker of another release can't read the sweep. */
function planOf(sweep: Sweep, trials: readonly SweepTrial[]): Plan | { readonly refused: string } {
  try {
    const { search, pipeline, code } = sweepRecordOf(sweep);
    const states = trials.map((trial) => stateOfTrial(trial, search));
    const { start, ...step } = nextTrials(search, states, { atOnce });
    return {
      ...step,
      code,
      start: start.map((trial) => [trial, applyTrial(pipeline, trial.parameters, trial.epochs)]),
    };
  } catch (error) {
    if (!isOurs(error)) throw error;
    return { refused: describeError(error) };
  }
}

function finish(
  { sweeps }: Registry,
  { id }: Sweep,
  trials: readonly SweepTrial[],
  { best }: Plan,
): Promise<Sweep> {
  const failed = trials.filter(({ status }) => status !== 'succeeded').length;
  if (!best)
    return sweeps.finish(
      id,
      'failed',
      asJson({ reason: 'no trial gave a figure', trials: trials.length, failed }),
    );
  const { trial, rung, parameters, value } = best;
  const { run } = trials.find((one) => one.trial === trial && one.rung === rung)!;
  return sweeps.finish(
    id,
    'succeeded',
    asJson({ best: { trial, rung, run, parameters, value }, trials: trials.length, failed }),
  );
}

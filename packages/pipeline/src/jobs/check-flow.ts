import { type Flow, type StageEnd, startRun } from '@trainyard/jobs';
import type { JsonObject, NewRun } from '@trainyard/registry';
import type { Pipeline } from '../config.ts';
import type { StartMode } from '../retrain/index.ts';
import { fetchChampion } from './champion-files.ts';
import { fetchLastTraining } from './last-training.ts';
import { retrainFlow, workModule } from './retrain-flow.ts';
import { asJson, type CheckConfig, checkConfigOf } from './run-config.ts';
import { newTraining } from './start-training.ts';

/** What the check's work leaves for the worker. */
export interface CheckResult {
  readonly needed: boolean;
  readonly reasons: readonly string[];
  readonly report: JsonObject;
  /** The config as the check found it, and the digest of the network's code. */
  readonly pipeline: Pipeline;
  readonly code: string;
  readonly commit: string | null;
  readonly champion: number | null;
}

/** Looks whether a pipeline is to be retrained, and starts the run if so: what a schedule's slot does. */
export const checkFlow: Flow = {
  name: 'check',
  module: workModule,
  fresh: true,
  stages: [
    {
      name: 'check',
      async prepare({ store, run, folder }) {
        if (checkConfigOf(run).mode !== 'needed') return;
        await fetchChampion(store, run.pipeline, folder);
        await fetchLastTraining(store, run.pipeline, folder);
      },
      settle: startWhatIsNeeded,
    },
  ],
};

async function startWhatIsNeeded({ registry, queue, run, result }: StageEnd): Promise<void> {
  const { needed, reasons, report, pipeline, code, commit, champion } = result as unknown as CheckResult;
  const { start } = checkConfigOf(run);
  const check = await registry.checks.record({
    key: `run/${run.id}`,
    pipeline: run.pipeline,
    trigger: run.trigger,
    needed,
    reasons: [...reasons],
    report,
    ...(champion !== null && { model: run.pipeline, version: champion }),
  });
  if (!needed) return;
  const started = await startRun(registry, queue, retrainFlow, {
    ...(await newTraining(registry, {
      project: run.pipeline,
      pipeline,
      code,
      commit,
      ...(start && { start }),
    })),
    key: `check/${check.id}`,
    trigger: run.trigger,
  });
  await registry.checks.linkRun(check.id, started.id);
}

export interface CheckRequest extends Pick<CheckConfig, 'mode'> {
  /** Where a schedule asks: its name and the slot, which is checked once. */
  readonly schedule?: string;
  readonly slot?: Date;
  readonly start?: StartMode;
  readonly trigger?: string;
}

/** The run of a check. */
export const newCheck = (
  pipeline: string,
  { mode, schedule, slot, start, trigger = 'check' }: CheckRequest,
): NewRun => ({
  pipeline,
  config: asJson({
    mode,
    schedule: schedule ?? null,
    slot: slot?.toISOString() ?? null,
    start: start ?? null,
  } satisfies CheckConfig),
  seeds: null,
  trigger: schedule ? `schedule:${schedule}` : trigger,
  ...(schedule && slot && { key: `schedule/${pipeline}/${schedule}/${slot.toISOString()}` }),
});

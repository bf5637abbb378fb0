import { startRun, type WorkerOptions } from '@trainyard/jobs';
import { checkFlow, newCheck } from './check-flow.ts';

/** A schedule's slot starts a check, which starts the retraining where it is needed. */
export const onSlot: NonNullable<WorkerOptions['onSlot']> = async ({ registry, queue }, schedule, slot) => {
  const { pipeline, name, mode } = schedule;
  await startRun(registry, queue, checkFlow, newCheck(pipeline, { mode, schedule: name, slot }));
};

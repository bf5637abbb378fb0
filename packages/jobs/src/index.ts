/** Jobs that survive anything: stages as a flow, workers and schedules over pg-boss. */
export { cancelRun } from './cancel-run.ts';
export { type CronTimes, checkTimes, lastSlot, nextSlots } from './cron.ts';
export { JobError } from './errors.ts';
export {
  FinalError,
  type Flow,
  type FlowStage,
  type StageContext,
  type StageEnd,
  type StageResult,
  type StageSetting,
  type StageTask,
  type StageWork,
} from './flow.ts';
export type { StageJob } from './job.ts';
export { type JobView, Queue, type QueueOptions } from './queue.ts';
export { resumeRuns } from './resume-runs.ts';
export { startRun } from './start-run.ts';
export {
  bestOf,
  type Choice,
  checkSweep,
  type Dimension,
  type GridSweep,
  type HalvingSweep,
  type Metric,
  type NewTrial,
  nextTrials,
  type Parameters,
  type RandomSweep,
  type Range,
  type Rung,
  rungsOf,
  type Space,
  type SweepConfig,
  type SweepStep,
  type TrialId,
  type TrialState,
  trialCounts,
} from './sweep/index.ts';
export type { Limits } from './worker/execute-stage.ts';
export { runWorker, type WorkerOptions } from './worker/worker.ts';

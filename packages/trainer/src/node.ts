export { checkpointFile, loadWeightsFile, saveWeightsFile } from './checkpoint/file.ts';
export { writeFileAtomic } from './files.ts';
export { type FormatProfileOptions, formatProfile } from './profile/format-profile.ts';
export type { StepPart } from './profile/origins.ts';
export { type ProfileStepOptions, profileStep } from './profile/profile-step.ts';
export type {
  ModuleTime,
  OperatorShare,
  ProfileRow,
  StepProfile,
  TimeShare,
} from './profile/step-profile.ts';
export { terminalProgress } from './progress.ts';
export type { WorkersOptions } from './workers/options.ts';
export { WorkerError } from './workers/worker-error.ts';
export { workers } from './workers/workers.ts';

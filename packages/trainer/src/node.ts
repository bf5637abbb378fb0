export { checkpointFile, loadWeightsFile, saveWeightsFile } from './checkpoint/file.ts';
export { writeFileAtomic } from './files.ts';
export { terminalProgress } from './progress.ts';
export type { WorkersOptions } from './workers/options.ts';
export { WorkerError } from './workers/worker-error.ts';
export { workers } from './workers/workers.ts';

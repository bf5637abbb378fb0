export { checkpointFile, loadWeightsFile, saveWeightsFile } from './checkpoint/file.ts';
export { writeFileAtomic } from './files.ts';
export { terminalProgress } from './progress.ts';

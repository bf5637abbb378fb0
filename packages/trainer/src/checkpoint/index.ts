export { type Archive, CheckpointError, decodeArchive, encodeArchive } from './archive.ts';
export type { CheckpointStore } from './store.ts';
export {
  type Best,
  decodeCheckpoint,
  type EpochRecord,
  encodeCheckpoint,
  type TrainingState,
} from './training-state.ts';
export { loadWeights, saveWeights } from './weights.ts';

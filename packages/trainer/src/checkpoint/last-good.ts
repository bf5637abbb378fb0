import { CheckpointError } from './archive.ts';
import type { CheckpointStore } from './store.ts';
import { decodeCheckpoint, type TrainingState } from './training-state.ts';

/**
 * The newest checkpoint that is whole. Damaged ones before it are put aside, each with a line to `warn`.
 * @returns undefined where there is none
 * @throws what the store throws, other than CheckpointError
 */
export async function lastGoodCheckpoint(
  store: CheckpointStore,
  warn: (line: string) => void,
): Promise<TrainingState | undefined> {
  let latest = await readLatest(store);
  while (latest instanceof CheckpointError) {
    const { message } = latest;
    if (!store.setAside) {
      warn(`${message}; training starts anew`);
      return undefined;
    }
    const kept = await store.setAside();
    latest = await readLatest(store);
    warn(`${message}; kept as ${kept}, and training ${latest ? 'takes the one before' : 'starts anew'}`);
  }
  return latest;
}

/** @returns the error where it is damaged */
async function readLatest(store: CheckpointStore): Promise<TrainingState | CheckpointError | undefined> {
  try {
    const bytes = await store.read();
    return bytes && (await decodeCheckpoint(bytes, store.name));
  } catch (error) {
    if (error instanceof CheckpointError) return error;
    throw error;
  }
}

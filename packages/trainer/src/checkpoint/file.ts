import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { removeLeftovers, writeFileAtomic } from '../files.ts';
import type { Module } from '../module.ts';
import type { CheckpointStore } from './store.ts';
import { loadWeights, saveWeights } from './weights.ts';

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * A checkpoint in a file, replaced whole: a crash or a full disk leaves the one before.
 * The one before it is kept as `<file>.previous`, which is read where a crash left nothing else.
 * One run at a time may use it.
 */
export function checkpointFile(file: string): CheckpointStore {
  const previous = `${file}.previous`;
  return {
    name: file,
    remedy: `delete it to start anew, or put ${basename(previous)} in its place to go on from there`,
    read: async () => (await readIfThere(file)) ?? readIfThere(previous),
    async write(bytes) {
      await removeLeftovers(file);
      await writeFileAtomic(file, bytes, { previous });
    },
  };
}

/** Writes the weights of a network to a file, replaced whole. */
export const saveWeightsFile = async (network: Module, file: string): Promise<void> =>
  writeFileAtomic(file, await saveWeights(network));

/** @throws CheckpointError when the file is damaged or holds another network's weights */
export const loadWeightsFile = async (network: Module, file: string): Promise<void> =>
  loadWeights(network, await readFile(file), file);

import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '../files.ts';
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

/** A checkpoint in a file, replaced whole; a crash or a full disk leaves the one before. */
export const checkpointFile = (file: string): CheckpointStore => ({
  name: file,
  read: () => readIfThere(file),
  write: (bytes) => writeFileAtomic(file, bytes),
});

/** Writes the weights of a network to a file, replaced whole. */
export const saveWeightsFile = async (network: Module, file: string): Promise<void> =>
  writeFileAtomic(file, await saveWeights(network));

/** @throws CheckpointError when the file is damaged or holds another network's weights */
export const loadWeightsFile = async (network: Module, file: string): Promise<void> =>
  loadWeights(network, await readFile(file), file);

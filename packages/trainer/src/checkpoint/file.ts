import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type FileSystem, nodeFileSystem, readWhole } from '../file-system.ts';
import { removeLeftovers, writeFileAtomic } from '../files.ts';
import type { Module } from '../module.ts';
import { CheckpointError } from './archive.ts';
import type { CheckpointStore } from './store.ts';
import { loadWeights, saveWeights } from './weights.ts';

export interface CheckpointFileOptions {
  /** What does the work; Node's file system unless given. */
  readonly fileSystem?: FileSystem;
}

/**
 * A checkpoint in a file, replaced whole: a crash or a full disk leaves the one before.
 * The one before it is kept as `<file>.previous`, which is read where a crash left nothing else, or where the file is
 * damaged: that one is then put aside as `<file>.damaged`. One run at a time may use it.
 */
export function checkpointFile(
  file: string,
  { fileSystem: fs = nodeFileSystem }: CheckpointFileOptions = {},
): CheckpointStore {
  const previous = `${file}.previous`;
  const damaged = `${file}.damaged`;
  /** @returns undefined where it is not there. @throws CheckpointError where the disk can't read it */
  const readIfThere = (path: string): Promise<Uint8Array | undefined> =>
    readWhole(path, fs).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      if (error.code !== 'EIO') throw error;
      throw new CheckpointError(`${path}: expected bytes, got ${error.message}; look at the disk`, {
        cause: error,
      });
    });
  return {
    name: file,
    read: async () => (await readIfThere(file)) ?? readIfThere(previous),
    async setAside() {
      const latest = (await isThere(file, fs)) ? file : previous;
      await fs.rename(latest, damaged);
      await fs.syncFolder(dirname(file));
      return damaged;
    },
    async write(bytes) {
      await removeLeftovers(file, fs);
      await writeFileAtomic(file, bytes, { previous, fileSystem: fs });
    },
  };
}

const isThere = (file: string, fs: FileSystem): Promise<boolean> =>
  fs.info(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );

/** Writes the weights of a network to a file, replaced whole. */
export const saveWeightsFile = async (network: Module, file: string): Promise<void> =>
  writeFileAtomic(file, await saveWeights(network));

/** @throws CheckpointError when the file is damaged or holds another network's weights */
export const loadWeightsFile = async (network: Module, file: string): Promise<void> =>
  loadWeights(network, await readFile(file), file);

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FileSystem, nodeFileSystem } from '../file-system.ts';
import { plain, smallNetwork } from '../fit.cases.ts';
import { parameterValues } from '../module.ts';
import { initialize } from '../nn/initialize.ts';
import { CheckpointError } from './archive.ts';
import { checkpointFile, loadWeightsFile, saveWeightsFile } from './file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainer-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('checkpointFile', () => {
  it('keeps the one before, and reads it where a crash left nothing else', async () => {
    const store = checkpointFile(join(folder, 'run.ckpt'));
    expect(await store.read()).toBeUndefined();
    await store.write(Uint8Array.of(1));
    await store.write(Uint8Array.of(2));
    expect(await readdir(folder)).toEqual(['run.ckpt', 'run.ckpt.previous']);
    expect([...((await store.read()) ?? [])]).toEqual([2]);
    await rm(join(folder, 'run.ckpt'));
    expect([...((await store.read()) ?? [])]).toEqual([1]);
  });

  it('is read, where the disk can, and a disk that can not is no crash', async () => {
    const file = join(folder, 'run.ckpt');
    for (const n of [1, 2]) await checkpointFile(file).write(Uint8Array.of(n));
    const failing = async () => {
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
    };
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      open: async (path) => ({
        ...(await nodeFileSystem.open(path)),
        ...(path === file && { read: failing }),
      }),
    };
    const store = checkpointFile(file, { fileSystem });
    await expect(store.read()).rejects.toThrow(CheckpointError);
    expect(await store.setAside?.()).toBe(`${file}.damaged`);
    expect([...((await store.read()) ?? [])]).toEqual([1]);
  });
});

describe('weights files', () => {
  it('come back as they were', async () => {
    const [a, b] = [initialize(smallNetwork(), 1), smallNetwork()];
    const file = join(folder, 'weights.bin');
    await saveWeightsFile(a, file);
    await loadWeightsFile(b, file);
    expect(plain(parameterValues(b))).toEqual(plain(parameterValues(a)));
  });
});

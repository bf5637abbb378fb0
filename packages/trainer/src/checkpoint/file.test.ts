import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plain, smallNetwork, smallRun, smallSplit } from '../fit.cases.ts';
import { fit } from '../fit.ts';
import { parameterValues } from '../module.ts';
import { initialize } from '../nn/initialize.ts';
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

  it('says what to do about a damaged one, and keeps what is there', async () => {
    const file = join(folder, 'run.ckpt');
    const options = { ...smallRun(), checkpoint: { store: checkpointFile(file) } };
    await fit(smallNetwork(), smallSplit(20), options);
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, 500));
    await expect(fit(smallNetwork(), smallSplit(20), { ...options, resume: true })).rejects.toThrow(
      /run\.ckpt: expected the digest .* damaged; delete it to start anew, or put run\.ckpt\.previous in its place/,
    );
    expect(await readFile(file)).toHaveLength(500);
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

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Generator } from '@trainyard/autograd';
import { unsyncedFiles } from '@trainyard/testing/faulty-files';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryStore, plain, smallNetwork, smallRun, smallSplit } from '../fit.cases.ts';
import { fit } from '../fit.ts';
import type { FitOptions } from '../fit-options.ts';
import { CheckpointError } from './archive.ts';
import { checkpointFile } from './file.ts';
import { lastGoodCheckpoint } from './last-good.ts';
import { decodeCheckpoint } from './training-state.ts';
import { saveWeights } from './weights.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainer-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Bytes of a checkpoint after `epochs` epochs. */
async function checkpointAfter(epochs: number): Promise<Uint8Array> {
  const store = memoryStore();
  const options = { ...smallRun(), epochs: 3, keepBest: true, checkpoint: { store } };
  const stop = {
    onEpoch: ({ epoch }: { epoch: number }, run: { stop(): void }) => epoch === epochs && run.stop(),
  };
  await fit(smallNetwork(), smallSplit(24), {
    ...options,
    callbacks: [{ onEpoch: (r, run) => void stop.onEpoch(r, run) }],
  });
  return store.bytes ?? new Uint8Array();
}

const flipped = (bytes: Uint8Array, at: number, bit: number) => {
  const changed = bytes.slice();
  changed[at] ^= 1 << bit;
  return changed;
};

const isFound = (bytes: Uint8Array) =>
  decodeCheckpoint(bytes).then(
    () => false,
    (error: unknown) => error instanceof CheckpointError,
  );

describe('a checkpoint', () => {
  it('with a flipped bit is found: 10,000 anywhere, and every one of its first bytes', async () => {
    const bytes = await checkpointAfter(2);
    const generator = new Generator(7);
    const [at, bits] = [generator.integers(10_000, 0, bytes.length), generator.integers(10_000, 0, 8)];
    let found = 0;
    for (let i = 0; i < at.length; i++) found += Number(await isFound(flipped(bytes, at[i], bits[i])));
    expect(found).toBe(10_000);
    const first = 2000;
    let foundFirst = 0;
    for (let i = 0; i < first * 8; i++) foundFirst += Number(await isFound(flipped(bytes, i >> 3, i & 7)));
    expect(foundFirst).toBe(first * 8);
  });

  it('that was cut off anywhere, or has grown, is found', async () => {
    const bytes = await checkpointAfter(1);
    for (let length = 0; length < bytes.length; length += length < 100 ? 1 : 7)
      expect(await isFound(bytes.subarray(0, length))).toBe(true);
    for (const more of [1, 8, 4096]) {
      const longer = new Uint8Array(bytes.length + more);
      longer.set(bytes);
      expect(await isFound(longer)).toBe(true);
    }
  });

  it('that is damaged gives way to the one before, 1,000 times', async () => {
    const file = join(folder, 'run.ckpt');
    const store = checkpointFile(file, { fileSystem: unsyncedFiles });
    const [older, newer] = [await checkpointAfter(1), await checkpointAfter(2)];
    const expected = plain(await decodeCheckpoint(older));
    const generator = new Generator(8);
    const [at, bits] = [generator.integers(1000, 0, newer.length), generator.integers(1000, 0, 8)];
    for (let i = 0; i < at.length; i++) {
      for (const bytes of [older, newer]) await store.write(bytes);
      await writeFile(file, flipped(newer, at[i], bits[i]));
      const lines: string[] = [];
      const state = await lastGoodCheckpoint(store, (line) => lines.push(line));
      expect(lines).toHaveLength(1);
      expect(state?.epoch).toBe(1);
      if (i % 100 === 0) expect(plain(state)).toEqual(expected);
    }
  });
});

describe('a run whose checkpoint is damaged', () => {
  const file = () => join(folder, 'run.ckpt');
  const train = async (extra: Partial<FitOptions> = {}) => {
    const network = smallNetwork();
    const checkpoint = { store: checkpointFile(file()), everySteps: 2 };
    await fit(network, smallSplit(40), { ...smallRun(), checkpoint, resume: true, ...extra });
    return Buffer.from(await saveWeights(network));
  };
  const abortAfter = (steps: number): Partial<FitOptions> => {
    const stop = new AbortController();
    let done = 0;
    return { signal: stop.signal, callbacks: [{ onStep: () => void (++done === steps && stop.abort()) }] };
  };
  const flip = async (path: string) => {
    const bytes = await readFile(path);
    bytes[bytes.length >> 1] ^= 4;
    await writeFile(path, bytes);
  };
  /** @returns the weights, the steps of the second part, and the warnings */
  async function damagedRun(damage: () => Promise<void>) {
    await train(abortAfter(9));
    await damage();
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    let steps = 0;
    const weights = await train({ callbacks: [{ onStep: () => void steps++ }] });
    const lines = warn.mock.calls.map(([line]) => String(line));
    warn.mockRestore();
    return { weights, steps, lines };
  }

  it('goes on from the one before, keeps the damaged one aside, and ends with the same bytes', async () => {
    const whole = await train();
    await rm(folder, { recursive: true });
    const { weights, steps, lines } = await damagedRun(() => flip(file()));
    expect(weights.equals(whole)).toBe(true);
    // Of 15 steps, 8 are in the one before.
    expect(steps).toBe(7);
    expect(lines).toEqual([
      expect.stringMatching(
        /run\.ckpt: expected the digest .* damaged; kept as .*run\.ckpt\.damaged, and training takes the one before$/,
      ),
    ]);
    expect(await readdir(folder)).toEqual(['run.ckpt', 'run.ckpt.damaged', 'run.ckpt.previous']);
  });

  it('starts anew where the one before is damaged too', async () => {
    const whole = await train();
    await rm(folder, { recursive: true });
    const { weights, steps, lines } = await damagedRun(async () => {
      await writeFile(file(), 'no checkpoint at all');
      await flip(`${file()}.previous`);
    });
    expect(weights.equals(whole)).toBe(true);
    expect(steps).toBe(15);
    expect(lines).toEqual([
      expect.stringMatching(/expected at least 48 bytes, got 20; .* takes the one before$/),
      expect.stringMatching(/damaged; kept as .* and training starts anew$/),
    ]);
  });
});

import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BundleError, memorySource } from '@trainyard/runtime-common';
import { pixelsOf, tinyBundle } from '@trainyard/testing/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BundlePlace, loadBundle } from './load-bundle.ts';

const bundle = tinyBundle();
const names = Object.keys(bundle.files);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainyard-flips-'));
  for (const name of names) await writeFile(join(folder, name), bundle.files[name]!);
});
afterAll(() => rm(folder, { recursive: true }));

/** Loads the variant that the file belongs to, or one of them, where it belongs to all. @returns whether that is refused */
async function isRefused(name: string, place: BundlePlace = folder): Promise<boolean> {
  try {
    const classifier = await loadBundle(place, { variant: name === 'half.onnx' ? 'half' : 'full' });
    await classifier.dispose();
    return false;
  } catch (error) {
    if (error instanceof BundleError) return true;
    throw error;
  }
}

const restore = (name: string) => writeFile(join(folder, name), bundle.files[name]!);

test('of 10,000 flipped bits in manifest, checksum and models, every one is refused', async () => {
  // Pixels look random, and are the same on every run.
  const draws = new DataView(pixelsOf(10_000 * 4, 3).buffer);
  const refused: Record<string, number> = {};
  for (let i = 0; i < 10_000; i++) {
    const name = names[i % names.length]!;
    const bytes = bundle.files[name]!.slice();
    const bit = draws.getUint32(i * 4) % (bytes.length * 8);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    const source = memorySource({ ...bundle.files, [name]: bytes });
    refused[name] = (refused[name] ?? 0) + Number(await isRefused(name, source));
    // A disk takes its time: a part of them there too.
    if (i % 20 >= names.length) continue;
    await writeFile(join(folder, name), bytes);
    expect(await isRefused(name)).toBe(true);
    await restore(name);
  }
  expect(refused).toEqual(Object.fromEntries(names.map((name) => [name, 10_000 / names.length])));
  for (const name of names) expect(await isRefused(name)).toBe(false);
});

test('a file that is cut off anywhere is refused', async () => {
  for (const name of names) {
    for (let length = bundle.files[name]!.length - 1; length >= 0; length -= 7) {
      await truncate(join(folder, name), length);
      expect(await isRefused(name), `${name}, ${length} bytes`).toBe(true);
    }
    await restore(name);
  }
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { foundBitFlips } from '../testing/bit-flips.cases.ts';

test('of 10,000 bit flips, every one is found', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'artifacts-'));
  try {
    expect(await foundBitFlips(folder, 10_000)).toBe(10_000);
  } finally {
    await rm(folder, { recursive: true });
  }
});

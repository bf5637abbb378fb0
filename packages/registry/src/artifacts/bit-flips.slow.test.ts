import { expect, test } from 'vitest';
import { artifactsFolder } from '../testing/artifacts-folder.cases.ts';
import { foundBitFlips } from '../testing/bit-flips.cases.ts';

test('of 10,000 bit flips, every one is found', async () => {
  const folder = await artifactsFolder();
  try {
    expect(await foundBitFlips(folder, 10_000)).toBe(10_000);
  } finally {
    await folder.close();
  }
});

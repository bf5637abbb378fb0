import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { loadDigits, readDigits } from './digits.ts';

const file = await readFile(new URL('digits.csv.gz', import.meta.url));

describe('loadDigits', () => {
  it('splits every class 80/20', async () => {
    const { train, test, imageShape, classes } = await loadDigits();
    expect(imageShape).toEqual([8, 8, 1]);
    expect([train.length, test.length]).toEqual([1438, 359]);
    for (let digit = 0; digit < classes.length; digit++) {
      const inTest = test.labels.filter((label) => label === digit).length;
      const inTrain = train.labels.filter((label) => label === digit).length;
      expect(Math.abs(inTest / (inTest + inTrain) - 0.2)).toBeLessThan(0.004);
    }
  });

  it('gives the same pictures for ever', async () => {
    const { digest } = await loadDigits();
    expect(digest).toMatchInlineSnapshot(
      `"sha256:bef2d70a1896f63878657ec9ee316e6005d2765610ad1de83214f824b269588b"`,
    );
  });

  it('scales 0..16 to 0..255', () => {
    const { images, labels } = readDigits(file);
    expect([...images.subarray(0, 8)]).toEqual([0, 0, 80, 207, 143, 16, 0, 0]);
    expect([...labels.subarray(0, 3)]).toEqual([0, 1, 2]);
    expect(images.reduce((a, b) => Math.max(a, b), 0)).toBe(255);
  });

  it('uses each picture once', async () => {
    const { train, test } = await loadDigits();
    const all = readDigits(file).images;
    const sum = (bytes: Uint8Array) => bytes.reduce((a, b) => a + b, 0);
    expect(sum(train.images) + sum(test.images)).toBe(sum(all));
  });

  it('refuses a file with one byte changed', () => {
    const changed = Uint8Array.from(file);
    changed[1000]! ^= 1;
    expect(() => readDigits(changed)).toThrow(
      /digits\.csv\.gz: expected SHA-256 09f66e6d.*install the package again/,
    );
  });
});

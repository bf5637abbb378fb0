import { describe, expect, it } from 'vitest';
import { loadGlyphs } from './glyphs.ts';

const small = { train: 200, test: 40 };
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

describe('loadGlyphs', () => {
  it('draws the same bytes on every machine', async () => {
    const { digest } = await loadGlyphs({ train: 50, test: 10, seed: 7, drift: 0.3 });
    expect(digest).toMatchInlineSnapshot(
      `"sha256:1204c3f1ab311fcf422ff737be003245ca763c0895e6c85f2d3919062c8bb8a1"`,
    );
  });

  it('depends on seed and drift', async () => {
    const digests = await Promise.all([
      loadGlyphs(small),
      loadGlyphs({ ...small, seed: 1 }),
      loadGlyphs({ ...small, seed: 2 ** 32 }),
      loadGlyphs({ ...small, drift: 0.1 }),
    ]);
    expect(new Set(digests.map(({ digest }) => digest)).size).toBe(4);
  });

  it('appends when more are asked for, and never repeats between splits', async () => {
    const few = await loadGlyphs({ train: 15, test: 15 });
    const many = await loadGlyphs({ train: 35, test: 20 });
    expect(many.train.images.subarray(0, few.train.images.length)).toEqual(few.train.images);
    expect(many.train.labels.subarray(0, 15)).toEqual(few.train.labels);
    expect(few.test.images).not.toEqual(few.train.images);
  });

  it('holds each digit once in every ten', async () => {
    const { train } = await loadGlyphs(small);
    for (let i = 0; i < train.length; i += 10) {
      expect([...train.labels.subarray(i, i + 10)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  });

  it('draws any size', async () => {
    const { imageShape, train } = await loadGlyphs({ ...small, size: [16, 24] });
    expect(imageShape).toEqual([16, 24, 1]);
    expect(train.images.length).toBe(200 * 16 * 24);
    expect(mean(train.images)).toBeGreaterThan(10);
  });

  it('moves the distribution with drift', async () => {
    const [a, half, b] = await Promise.all([0, 0.5, 1].map((drift) => loadGlyphs({ ...small, drift })));
    const darkest = (images: Uint8Array) => [...images].sort((x, y) => x - y)[Math.floor(images.length / 4)]!;
    expect(darkest(a!.train.images)).toBeLessThan(10);
    expect(darkest(half!.train.images)).toBeGreaterThan(15);
    expect(darkest(b!.train.images)).toBeGreaterThan(darkest(half!.train.images));
    expect(mean(b!.train.images)).toBeGreaterThan(mean(a!.train.images) + 30);
  });

  it('is told apart by the nearest class mean more often than by chance, yet far from always', async () => {
    const { train, test } = await loadGlyphs({ train: 1000, test: 200 });
    const means = Array.from({ length: 10 }, () => new Float64Array(784));
    train.labels.forEach((label, i) => {
      for (let p = 0; p < 784; p++) means[label]![p]! += train.images[i * 784 + p]! / 100;
    });
    const distance = (picture: Uint8Array, centre: Float64Array) =>
      centre.reduce((sum, level, p) => sum + (level - picture[p]!) ** 2, 0);
    let right = 0;
    for (let i = 0; i < test.length; i++) {
      const picture = test.images.subarray(i * 784, (i + 1) * 784);
      const distances = means.map((centre) => distance(picture, centre));
      if (distances.indexOf(Math.min(...distances)) === test.labels[i]) right++;
    }
    expect(right / test.length).toBeGreaterThan(0.5);
    expect(right / test.length).toBeLessThan(0.97);
  });

  it.each([
    [{ drift: 2 }, 'glyphs, drift: expected a number from 0 to 1, got 2; change the option'],
    [{ size: 4 }, 'glyphs, size: expected a whole number from 8 to 1024, got 4; change the option'],
    [{ train: 0 }, /glyphs, train: expected a whole number from 1 .* got 0/],
    [{ seed: -1 }, /glyphs, seed: .* got -1/],
    [{ drift: Number.NaN }, /glyphs, drift: .* got NaN/],
  ])('refuses %j', async (options, message) => {
    await expect(loadGlyphs(options)).rejects.toThrow(message);
  });
});

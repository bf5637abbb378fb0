import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  DatasetError,
  type DatasetName,
  datasetDigest,
  datasetNames,
  loadDataset,
  loadDigits,
} from './index.ts';

describe('loadDataset', () => {
  it('finds the loader by name', async () => {
    expect((await loadDataset({ name: 'digits' })).digest).toBe((await loadDigits()).digest);
    const glyphs = await loadDataset({ name: 'glyphs', train: 20, test: 10, size: 12 });
    expect(glyphs.imageShape).toEqual([12, 12, 1]);
  });

  it('knows the options of each name', () => {
    expectTypeOf<DatasetName>().toExtend<string>();
    // @ts-expect-error digits have no seed
    const options: Parameters<typeof loadDataset>[0] = { name: 'digits', seed: 1 };
    expect(options.name).toBe('digits');
  });

  it('refuses an unknown name and lists the known ones', async () => {
    const options = { name: 'flowers' } as unknown as { name: 'digits' };
    await expect(loadDataset(options)).rejects.toThrow(DatasetError);
    await expect(loadDataset(options)).rejects.toThrow(
      `loadDataset: expected one of ${datasetNames.join(', ')}, got 'flowers'`,
    );
  });
});

describe('datasetDigest', () => {
  const split = (images: number[], labels: number[]) => ({
    images: Uint8Array.from(images),
    labels: Int32Array.from(labels),
    length: labels.length,
  });
  const base = {
    imageShape: [1, 2, 1] as const,
    classes: ['a', 'b'],
    train: split([1, 2, 3, 4], [0, 1]),
    test: split([5, 6], [1]),
  };

  it('changes with shape, class names, pixels, labels and the split', () => {
    const digests = [
      base,
      { ...base, imageShape: [2, 1, 1] as const },
      { ...base, classes: ['a', 'c'] },
      { ...base, train: split([1, 2, 3, 5], [0, 1]) },
      { ...base, train: split([1, 2, 3, 4], [1, 1]) },
      { ...base, train: split([1, 2], [0]), test: split([3, 4, 5, 6], [1, 1]) },
    ].map(datasetDigest);
    expect(new Set(digests).size).toBe(6);
    expect(digests[0]).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatasetError } from '../errors.ts';
import { loadIdx } from './idx.ts';
import { idxDatasets } from './known.ts';
import { parseIdx } from './parse.ts';

function idxFile(shape: readonly number[], data: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint32(0, 0x0800 + shape.length);
  shape.forEach((extent, i) => {
    header.setUint32(4 + 4 * i, extent);
  });
  return Buffer.concat([new Uint8Array(header.buffer), data]);
}

const idxArrays = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 }).chain((shape) => {
  const length = shape.reduce((a, b) => a * b, 1);
  return fc.record({
    shape: fc.constant(shape),
    data: fc.uint8Array({ minLength: length, maxLength: length }),
  });
});

describe('parseIdx', () => {
  it('reads what was written', () => {
    fc.assert(
      fc.property(idxArrays, ({ shape, data }) => {
        const parsed = parseIdx('file', idxFile(shape, data), shape.length);
        expect(parsed.shape).toEqual(shape);
        expect([...parsed.data]).toEqual([...data]);
      }),
    );
  });

  it('refuses every file that was cut or has more', () => {
    fc.assert(
      fc.property(idxArrays, fc.nat(), fc.boolean(), ({ shape, data }, cut, longer) => {
        const whole = idxFile(shape, data);
        const changed = longer
          ? Buffer.concat([whole, Uint8Array.of(1)])
          : whole.subarray(0, cut % whole.length);
        expect(() => parseIdx('some-file', changed, shape.length)).toThrow(/^some-file: expected /);
      }),
    );
  });

  it('never throws anything but a DatasetError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 3 }), (bytes, dimensions) => {
        try {
          parseIdx('file', bytes, dimensions);
        } catch (error) {
          expect(error).toBeInstanceOf(DatasetError);
        }
      }),
    );
  });

  it('refuses other element types, dimensions and sizes that overflow', () => {
    const float = Uint8Array.of(0, 0, 0x0d, 1, 0, 0, 0, 0);
    expect(() => parseIdx('f', float, 1)).toThrow('got magic 00 00 0d 01; check that it is the right file');
    expect(() => parseIdx('f', idxFile([2], Uint8Array.of(1, 2)), 3)).toThrow(/in 3 dimensions, got magic/);
    const huge = idxFile([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], new Uint8Array());
    expect(() => parseIdx('f', huge, 3)).toThrow(/got 0 bytes \(truncated\)/);
  });
});

describe('loadIdx from a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'idx-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Three training and two test pictures of 2×3. */
  async function write(names: readonly string[], pack: (bytes: Uint8Array) => Uint8Array, extension = '') {
    const pixels = (count: number) => Uint8Array.from({ length: count * 6 }, (_, i) => i);
    const contents = [
      idxFile([3, 2, 3], pixels(3)),
      idxFile([3], Uint8Array.of(1, 2, 3)),
      idxFile([2, 2, 3], pixels(2)),
      idxFile([2], Uint8Array.of(4, 5)),
    ];
    await Promise.all(names.map((name, i) => writeFile(join(folder, name + extension), pack(contents[i]!))));
  }

  it('reads plain and packed files alike', async () => {
    await write(idxDatasets.mnist.files, (bytes) => bytes);
    const plain = await loadIdx({ dataset: 'mnist', folder });
    expect(plain.imageShape).toEqual([2, 3, 1]);
    expect([...plain.train.labels, ...plain.test.labels]).toEqual([1, 2, 3, 4, 5]);
    expect([...plain.test.images]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    await rm(folder, { recursive: true });
    folder = await mkdtemp(join(tmpdir(), 'idx-'));
    await write(idxDatasets.mnist.files, gzipSync, '.gz');
    expect((await loadIdx({ dataset: 'mnist', folder })).digest).toBe(plain.digest);
  });

  it('turns the letters of EMNIST upright and counts them from 0', async () => {
    await write(idxDatasets['emnist-letters'].files, gzipSync, '.gz');
    const { imageShape, train, classes } = await loadIdx({ dataset: 'emnist-letters', folder });
    expect(imageShape).toEqual([3, 2, 1]);
    expect([...train.images.subarray(0, 6)]).toEqual([0, 3, 1, 4, 2, 5]);
    expect([...train.labels].map((label) => classes[label])).toEqual(['A', 'B', 'C']);
  });

  it('names a file that is missing, truncated, or of another dataset', async () => {
    const files = idxDatasets.mnist.files;
    await write(files, (bytes) => bytes);
    const load = () => loadIdx({ dataset: 'mnist', folder });
    await writeFile(join(folder, files[3]), idxFile([2], Uint8Array.of(4, 10)));
    await expect(load()).rejects.toThrow('t10k-labels-idx1-ubyte: expected labels from 0 to 9, got 10');
    await writeFile(join(folder, files[3]), idxFile([1], Uint8Array.of(4)));
    await expect(load()).rejects.toThrow(
      /t10k-labels.*: expected 2 labels, one for each picture of t10k-images/,
    );
    await writeFile(join(folder, files[2]), idxFile([2, 2, 3], new Uint8Array(11)));
    await expect(load()).rejects.toThrow(
      /t10k-images-idx3-ubyte: expected 2 × 2 × 3 = 12 bytes.*\(truncated\)/,
    );
    await writeFile(join(folder, files[0]), gzipSync(new Uint8Array(5000)).subarray(0, 20));
    await expect(load()).rejects.toThrow(
      /train-images-idx3-ubyte: expected a whole gzip file, got unexpected end/,
    );
    await rm(join(folder, files[0]));
    await expect(load()).rejects.toThrow(
      /train-images-idx3-ubyte or train-images-idx3-ubyte\.gz, got neither; put/,
    );
  });

  it('checks SHA-256 where it is given', async () => {
    await write(idxDatasets.mnist.files, (bytes) => bytes);
    const sha256 = { 't10k-labels-idx1-ubyte': 'AB'.repeat(32) };
    await expect(loadIdx({ dataset: 'mnist', folder, sha256 })).rejects.toThrow(/expected SHA-256 abab/);
  });

  it('says that EMNIST needs a folder, and refuses an unknown name', async () => {
    await expect(loadIdx({ dataset: 'emnist-digits' })).rejects.toThrow(/set folder$/);
    await expect(loadIdx({ dataset: 'qmnist' as never })).rejects.toThrow(/one of mnist, .* got 'qmnist'/);
  });
});

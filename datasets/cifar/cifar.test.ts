import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Of } from '../download.ts';
import { DatasetError } from '../errors.ts';
import { loadCifar } from './cifar.ts';
import { parseCifar } from './parse.ts';
import { untar } from './untar.ts';

const text = (value: string) => new TextEncoder().encode(value);

/** One record: labels, then a red plane of `red`, a green one of `green`, a blue one of `blue`. */
function record(labels: readonly number[], red: number, green: number, blue: number): Uint8Array {
  const planes = [red, green, blue].map((level) => new Uint8Array(1024).fill(level));
  return Buffer.concat([Uint8Array.from(labels), ...planes]);
}

function tar(files: Record<string, Uint8Array>): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (const [path, content] of Object.entries(files)) {
    const header = Buffer.alloc(512);
    header.write(path, 0);
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('        ', 148);
    header.write('0', 156);
    const sum = header.reduce((a, b) => a + b, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    blocks.push(header, content, new Uint8Array((512 - (content.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, new Uint8Array(1024)]);
}

const tenFiles = {
  'batches.meta.txt': text('airplane\nautomobile\nbird\n\n'),
  ...Object.fromEntries(
    [1, 2, 3, 4, 5].map((i) => [`data_batch_${i}.bin`, record([i % 3], i, 10 * i, 20 * i)]),
  ),
  'test_batch.bin': record([2], 7, 8, 9),
};
const hundredFiles = {
  'fine_label_names.txt': text('apple\nbeaver\nbee\n'),
  'coarse_label_names.txt': text('fruit\nanimals\n'),
  'train.bin': Buffer.concat([record([0, 0], 1, 2, 3), record([1, 2], 4, 5, 6)]),
  'test.bin': record([1, 1], 7, 8, 9),
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cifar-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(files: Record<string, Uint8Array>, inner = ''): Promise<void> {
  await mkdir(join(folder, inner), { recursive: true });
  await Promise.all(
    Object.entries(files).map(([name, bytes]) => writeFile(join(folder, inner, name), bytes)),
  );
}

const within = (inner: string, files: Record<string, Uint8Array>) =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${inner}/${name}`, bytes]));

describe('loadCifar', () => {
  it('reads CIFAR-10 from files, from their folder, from the archive and from the web alike', async () => {
    await put(tenFiles);
    const plain = await loadCifar({ dataset: 'cifar-10', folder });
    expect(plain.imageShape).toEqual([32, 32, 3]);
    expect(plain.classes).toEqual(['airplane', 'automobile', 'bird']);
    expect([...plain.train.labels]).toEqual([1, 2, 0, 1, 2]);
    expect([...plain.test.images.subarray(0, 6)]).toEqual([7, 8, 9, 7, 8, 9]);

    await rm(folder, { recursive: true });
    await put(tenFiles, 'cifar-10-batches-bin');
    expect((await loadCifar({ dataset: 'cifar-10', folder })).digest).toBe(plain.digest);

    await rm(folder, { recursive: true });
    const archive = gzipSync(tar(within('cifar-10-batches-bin', tenFiles)));
    await put({ 'cifar-10-binary.tar.gz': archive });
    expect((await loadCifar({ dataset: 'cifar-10', folder })).digest).toBe(plain.digest);

    const fetch = async () => new Response(archive);
    const options = { dataset: 'cifar-10', cacheFolder: join(folder, 'cache'), fetch } as const;
    expect((await loadCifar({ ...options, sha256: sha256Of(archive) })).digest).toBe(plain.digest);
    await expect(loadCifar({ ...options, dataset: 'cifar-100' })).rejects.toThrow(
      /SHA-256 .* instead of 58a81ae1/,
    );
  });

  it('reads fine and coarse labels of CIFAR-100', async () => {
    await put(hundredFiles);
    const fine = await loadCifar({ dataset: 'cifar-100', folder });
    expect([...fine.train.labels, ...fine.test.labels]).toEqual([0, 2, 1]);
    const coarse = await loadCifar({ dataset: 'cifar-100', labels: 'coarse', folder });
    expect([...coarse.train.labels, ...coarse.test.labels]).toEqual([0, 1, 1]);
    expect(coarse.classes).toEqual(['fruit', 'animals']);
  });

  it('names a file that is missing or truncated', async () => {
    await put(tenFiles);
    await writeFile(join(folder, 'data_batch_3.bin'), tenFiles['test_batch.bin'].subarray(0, 3000));
    await expect(loadCifar({ dataset: 'cifar-10', folder })).rejects.toThrow(
      'data_batch_3.bin: expected records of 3073 bytes, got 3000 bytes, 0 records and 3000 bytes; copy or download',
    );
    await rm(join(folder, 'data_batch_3.bin'));
    await expect(loadCifar({ dataset: 'cifar-10', folder })).rejects.toThrow(
      /cifar-10: expected data_batch_3\.bin, got no such file; put the files of cifar-10-binary\.tar\.gz/,
    );
  });
});

describe('parseCifar', () => {
  it('takes every pixel to its place, and only whole files', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 }),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(),
        (labelBytes, count, at) => {
          const size = labelBytes + 3072;
          const file = Uint8Array.from({ length: count * size }, (_, i) =>
            i % size < labelBytes ? 3 : (i * 31) % 251,
          );
          const { images, labels } = parseCifar('f', file, labelBytes, labelBytes - 1, 4);
          expect([...labels]).toEqual(Array(count).fill(3));
          const [picture, position, channel] = [at % count, at % 1024, at % 3];
          const planar = file[picture * size + labelBytes + channel * 1024 + position];
          expect(images[picture * 3072 + position * 3 + channel]).toBe(planar);
          const cut = file.subarray(0, file.length - 1 - (at % (size - 1)));
          expect(() => parseCifar('f', cut, labelBytes, 0, 4)).toThrow(DatasetError);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('refuses labels out of range', () => {
    expect(() => parseCifar('f', record([9], 0, 0, 0), 1, 0, 9)).toThrow(
      'f: expected labels under 9, got 9 in record 0',
    );
  });
});

describe('untar', () => {
  const files = fc.dictionary(fc.stringMatching(/^[a-z]{1,20}$/), fc.uint8Array({ maxLength: 1500 }), {
    minKeys: 1,
    maxKeys: 4,
  });

  it('reads what was written, and refuses what was cut', () => {
    fc.assert(
      fc.property(files, fc.nat(), (entries, cut) => {
        const archive = tar(entries);
        const read = untar('archive', archive);
        expect(read.size).toBe(Object.keys(entries).length);
        for (const [name, bytes] of Object.entries(entries)) {
          expect(Buffer.from(read.get(name)!).equals(bytes)).toBe(true);
        }
        const shorter = archive.subarray(0, cut % (archive.length - 1023));
        expect(() => untar('archive', shorter)).toThrow(/^archive: expected a/);
      }),
    );
  });

  it('refuses a header with one byte changed', () => {
    const archive = Uint8Array.from(tar({ a: text('x') }));
    archive[0] = 98;
    expect(() => untar('archive', archive)).toThrow('a wrong header at byte 0');
  });
});

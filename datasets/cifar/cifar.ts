import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ImageDataset, ImageSplit } from '@trainyard/trainer';
import { type DownloadOptions, downloadFile, sha256Of } from '../download.ts';
import { DatasetError } from '../errors.ts';
import { unpack } from '../gunzip.ts';
import { imageDataset, imageSplit } from '../image-dataset.ts';
import { parseCifar, side } from './parse.ts';
import { untar } from './untar.ts';

export interface CifarOptions extends DownloadOptions {
  readonly dataset: 'cifar-10' | 'cifar-100';
  /** CIFAR-100 only: 100 fine classes (default) or 20 coarse ones. */
  readonly labels?: 'fine' | 'coarse';
  /** Reads the `.bin` files or the archive of the binary version from here, and downloads nothing. */
  readonly folder?: string;
  /** Replaces the known SHA-256 of the archive. */
  readonly sha256?: string;
  /** Folders on the web to try before the authors' one. */
  readonly mirrors?: readonly string[];
}

interface Variant {
  readonly archive: string;
  readonly sha256: string;
  /** The folder inside the archive. */
  readonly inner: string;
  readonly train: readonly string[];
  readonly test: readonly string[];
  readonly labelBytes: number;
}

const home = 'https://www.cs.toronto.edu/~kriz/';
const variants: Record<CifarOptions['dataset'], Variant> = {
  'cifar-10': {
    archive: 'cifar-10-binary.tar.gz',
    sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
    inner: 'cifar-10-batches-bin',
    train: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
    test: ['test_batch.bin'],
    labelBytes: 1,
  },
  'cifar-100': {
    archive: 'cifar-100-binary.tar.gz',
    sha256: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
    inner: 'cifar-100-binary',
    train: ['train.bin'],
    test: ['test.bin'],
    labelBytes: 2,
  },
};

/** The bytes of a file of the archive, or undefined. */
type Reader = (file: string) => Promise<Uint8Array | undefined>;

/**
 * CIFAR-10 and CIFAR-100 (Krizhevsky, "Learning multiple layers of features from tiny images", 2009), binary version,
 * [32, 32, 3], split as published: 50,000 pictures for training and 10,000 for testing.
 *
 * @throws DatasetError when a file is missing, cannot be downloaded, is truncated or has labels out of range.
 */
export async function loadCifar(options: CifarOptions): Promise<ImageDataset> {
  const { dataset, labels = 'fine' } = options;
  const variant = variants[dataset];
  if (!variant) throw new DatasetError('cifar, dataset', Object.keys(variants).join(' or '), `'${dataset}'`);
  if (labels !== 'fine' && labels !== 'coarse') {
    throw new DatasetError('cifar, labels', 'fine or coarse', `'${labels}'`);
  }
  const read =
    options.folder === undefined ? await download(options, variant) : await openFolder(options, variant);
  const need = async (name: string): Promise<Uint8Array> => {
    const bytes = await read(name);
    if (bytes) return bytes;
    throw new DatasetError(
      dataset,
      name,
      'no such file',
      `put the files of ${variant.archive} into the folder`,
    );
  };
  const namesFile = dataset === 'cifar-10' ? 'batches.meta.txt' : `${labels}_label_names.txt`;
  const classes = Buffer.from(await need(namesFile))
    .toString('utf8')
    .split(/\r?\n/)
    .filter(Boolean);
  const labelAt = dataset === 'cifar-100' && labels === 'fine' ? 1 : 0;
  const split = async (files: readonly string[]): Promise<ImageSplit> => {
    const parts = [];
    for (const file of files) {
      parts.push(parseCifar(file, await need(file), variant.labelBytes, labelAt, classes.length));
    }
    const images = Buffer.concat(parts.map((part) => part.images));
    return imageSplit(new Uint8Array(images), Int32Array.from(parts.flatMap((part) => [...part.labels])));
  };
  return imageDataset({
    name: labels === 'coarse' && dataset === 'cifar-100' ? 'cifar-100-coarse' : dataset,
    classes,
    imageShape: [side, side, 3],
    train: await split(variant.train),
    test: await split(variant.test),
    license: 'not stated',
    source: 'Krizhevsky, "Learning multiple layers of features from tiny images", 2009',
  });
}

async function download(options: CifarOptions, { archive, sha256 }: Variant): Promise<Reader> {
  const urls = [...(options.mirrors ?? []), home].map(
    (mirror) => new URL(archive, mirror.endsWith('/') ? mirror : `${mirror}/`).href,
  );
  const expected = (options.sha256 ?? sha256).toLowerCase();
  return openArchive(
    archive,
    await downloadFile({ name: archive, urls, sha256: expected }, options.dataset, options),
  );
}

async function openFolder({ folder, sha256 }: CifarOptions, { archive, inner }: Variant): Promise<Reader> {
  const path = resolve(folder!);
  const packed = await readIfThere(join(path, archive));
  if (packed) {
    if (sha256 !== undefined && sha256Of(packed) !== sha256.toLowerCase()) {
      throw new DatasetError(archive, `SHA-256 ${sha256}`, sha256Of(packed), 'copy or download it again');
    }
    return openArchive(archive, packed);
  }
  const within = await stat(join(path, inner)).catch(() => undefined);
  const root = within?.isDirectory() ? join(path, inner) : path;
  return (file) => readIfThere(join(root, file));
}

async function openArchive(name: string, bytes: Uint8Array): Promise<Reader> {
  const files = untar(name, await unpack(name, bytes));
  return async (file) => files.get(file);
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new DatasetError(path, 'a readable file', code ?? String(cause), 'check the folder', { cause });
  }
}

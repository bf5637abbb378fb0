import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ImageDataset, ImageSplit } from '@trainyard/trainer';
import { type DownloadOptions, downloadFile, sha256Of } from '../download.ts';
import { DatasetError } from '../errors.ts';
import { unpack } from '../gunzip.ts';
import { imageDataset, imageSplit } from '../image-dataset.ts';
import { type IdxDataset, type IdxName, idxDatasets } from './known.ts';
import { parseIdx } from './parse.ts';

export interface IdxOptions extends DownloadOptions {
  readonly dataset: IdxName;
  /** Reads the four files from here, packed or not, and downloads nothing. EMNIST needs it. */
  readonly folder?: string;
  /** SHA-256 by file name, in hex: checked on local files too. For downloads it replaces the known ones. */
  readonly sha256?: Readonly<Record<string, string>>;
  /** Folders on the web to try before the known ones. */
  readonly mirrors?: readonly string[];
}

/**
 * MNIST, Fashion-MNIST, KMNIST and EMNIST, [28, 28, 1], with the split of their authors. EMNIST's pictures are turned
 * upright, and the labels of its letters start at 0.
 *
 * @throws DatasetError when a file is missing, cannot be downloaded, is truncated, or does not fit the others.
 */
export async function loadIdx(options: IdxOptions): Promise<ImageDataset> {
  const known: IdxDataset | undefined = idxDatasets[options.dataset];
  if (!known) {
    throw new DatasetError(
      'idx, dataset',
      `one of ${Object.keys(idxDatasets).join(', ')}`,
      `'${options.dataset}'`,
    );
  }
  const file = async (index: number) => {
    const name = known.files[index]!;
    return { name, bytes: await unpack(name, await fileBytes(options, known, index)) };
  };
  const split = async (first: number) => {
    const [images, labels] = await Promise.all([file(first), file(first + 1)]);
    return readSplit(known, images, labels);
  };
  const [train, test] = [await split(0), await split(2)];
  if (train.height !== test.height || train.width !== test.width) {
    throw new DatasetError(
      options.dataset,
      `test pictures of ${train.height}×${train.width}`,
      `${test.height}×${test.width}`,
      'check that the four files belong together',
    );
  }
  return imageDataset({
    name: options.dataset,
    classes: known.classes,
    imageShape: [train.height, train.width, 1],
    train: train.pictures,
    test: test.pictures,
    license: known.license,
    source: known.source,
  });
}

interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

function readSplit(
  known: IdxDataset,
  imageFile: NamedBytes,
  labelFile: NamedBytes,
): { pictures: ImageSplit; height: number; width: number } {
  const images = parseIdx(imageFile.name, imageFile.bytes, 3);
  const labels = parseIdx(labelFile.name, labelFile.bytes, 1);
  const [count, height, width] = images.shape as [number, number, number];
  if (labels.shape[0] !== count) {
    throw new DatasetError(
      labelFile.name,
      `${count} labels, one for each picture of ${imageFile.name}`,
      String(labels.shape[0]),
      'check that the files belong together',
    );
  }
  const first = known.firstLabel ?? 0;
  const stray = labels.data.find((label) => label < first || label >= first + known.classes.length);
  if (stray !== undefined) {
    const range = `${first} to ${first + known.classes.length - 1}`;
    throw new DatasetError(
      labelFile.name,
      `labels from ${range}`,
      String(stray),
      'check that it is the right dataset',
    );
  }
  const pixels = known.transposed ? transpose(images.data, count, height, width) : images.data.slice();
  return {
    pictures: imageSplit(
      pixels,
      Int32Array.from(labels.data, (label) => label - first),
    ),
    height: known.transposed ? width : height,
    width: known.transposed ? height : width,
  };
}

/** Swaps rows and columns of each picture. */
function transpose(pixels: Uint8Array, count: number, height: number, width: number): Uint8Array {
  const swapped = new Uint8Array(pixels.length);
  const size = height * width;
  for (let i = 0; i < count; i++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        swapped[i * size + column * height + row] = pixels[i * size + row * width + column]!;
      }
    }
  }
  return swapped;
}

async function fileBytes(options: IdxOptions, known: IdxDataset, index: number): Promise<Uint8Array> {
  const packed = `${known.files[index]}.gz`;
  if (options.folder !== undefined) return localBytes(options, known.files[index]!);
  const sha256 = options.sha256?.[packed] ?? known.sha256[index];
  const mirrors = [...(options.mirrors ?? []), ...known.mirrors];
  if (mirrors.length === 0 || sha256 === undefined) {
    throw new DatasetError(
      `${options.dataset}, ${packed}`,
      'a local folder, as it cannot be downloaded file by file',
      'none',
      'download and unpack it yourself, then set folder',
    );
  }
  const urls = mirrors.map((mirror) => new URL(packed, mirror.endsWith('/') ? mirror : `${mirror}/`).href);
  return downloadFile({ name: packed, urls, sha256: sha256.toLowerCase() }, options.dataset, options);
}

/** `name`, `name.gz`, or with a dot before `idx`, as some archives have it. */
async function localBytes(options: IdxOptions, name: string): Promise<Uint8Array> {
  const folder = resolve(options.folder!);
  const candidates = [name, name.replace(/-(idx\d)/, '.$1')].flatMap((plain) => [plain, `${plain}.gz`]);
  for (const candidate of candidates) {
    const bytes = await readFile(join(folder, candidate)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new DatasetError(
        join(folder, candidate),
        'a readable file',
        error.code ?? error.message,
        'check the folder',
      );
    });
    if (!bytes) continue;
    const expected = options.sha256?.[candidate]?.toLowerCase();
    if (expected !== undefined && sha256Of(bytes) !== expected) {
      throw new DatasetError(candidate, `SHA-256 ${expected}`, sha256Of(bytes), 'copy or download it again');
    }
    return bytes;
  }
  throw new DatasetError(
    folder,
    `${name} or ${name}.gz`,
    'neither',
    'put the four files of the dataset there',
  );
}

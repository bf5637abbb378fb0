import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import type { ImageDataset } from '@trainyard/trainer';
import { DatasetError } from '../errors.ts';
import { imageDataset, takePictures } from '../image-dataset.ts';

/** The digits have no settings: they are the same everywhere. */
export type DigitsOptions = Record<never, never>;

const sha256 = '09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22';
const side = 8;
const levels = 16;

/**
 * The UCI optical digits: 1,797 handwritten digits of 43 people, 8×8×1, levels 0..16 scaled to 0..255 and rounded.
 *
 * The split is fixed and stratified: within each class, in the order of the file, the third of every five pictures
 * is a test picture. It gives 1,438 for training and 359 for testing.
 *
 * @throws DatasetError when the embedded file is not the one this package was made with.
 */
export async function loadDigits(_options: DigitsOptions = {}): Promise<ImageDataset> {
  // By the package's own name, so that it is found from the sources and from dist alike.
  const path = createRequire(import.meta.url).resolve('@trainyard/datasets/digits.csv.gz');
  const { images, labels } = readDigits(await readFile(path));
  const seen = new Int32Array(10);
  const train: number[] = [];
  const test: number[] = [];
  labels.forEach((label, i) => {
    (seen[label]! % 5 === 2 ? test : train).push(i);
    seen[label]!++;
  });
  return imageDataset({
    name: 'digits',
    classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    imageShape: [side, side, 1],
    train: takePictures(images, labels, train),
    test: takePictures(images, labels, test),
    license: 'CC-BY-4.0',
    source:
      'E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", ' +
      'UCI Machine Learning Repository, 1998, doi 10.24432/C50P49 (the original test set)',
  });
}

/** Parses the compressed file after checking that it is the known one. */
export function readDigits(file: Uint8Array): { images: Uint8Array; labels: Int32Array } {
  const actual = createHash('sha256').update(file).digest('hex');
  if (actual !== sha256) {
    throw new DatasetError('digits.csv.gz', `SHA-256 ${sha256}`, actual, 'install the package again');
  }
  const rows = gunzipSync(file).toString('latin1').trimEnd().split('\n');
  const images = new Uint8Array(rows.length * side * side);
  const labels = new Int32Array(rows.length);
  rows.forEach((row, i) => {
    const numbers = row.split(',').map(Number);
    labels[i] = numbers.pop()!;
    numbers.forEach((level, p) => {
      images[i * side * side + p] = Math.round((level * 255) / levels);
    });
  });
  return { images, labels };
}

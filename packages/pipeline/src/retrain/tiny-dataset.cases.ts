import type { ImageDataset, ImageSplit } from '@trainyard/trainer';

/** A picture of one row of two pixels, and its class. */
export type Picture = readonly [pixel: number, label: number];

export const imageShape = [1, 2, 1] as const;
export const classes = ['a', 'b', 'c'];

export const splitOf = (pictures: readonly Picture[]): ImageSplit => ({
  images: Uint8Array.from(pictures.flatMap(([pixel]) => [pixel, 255 - pixel])),
  labels: Int32Array.from(pictures, ([, label]) => label),
  length: pictures.length,
});
export const picturesOf = ({ images, labels, length }: ImageSplit): Picture[] =>
  Array.from({ length }, (_, i) => [images[2 * i], labels[i]]);

export const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
export const datasetOf = (train: readonly Picture[], test: readonly Picture[]): ImageDataset => ({
  name: 'tiny',
  classes,
  imageShape,
  train: splitOf(train),
  test: splitOf(test),
  digest: digest('c'),
  license: 'CC0-1.0',
  source: 'now',
});

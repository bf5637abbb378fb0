import { createHash } from 'node:crypto';
import type { ImageDataset, ImageSplit } from '@trainyard/trainer';
import { DatasetError } from './errors.ts';

/** What a loader has once the pixels are read: everything but the digest. */
export type DatasetParts = Omit<ImageDataset, 'digest'>;

/** A split from its pixels (N·H·W·C bytes, NHWC) and labels (N). */
export function imageSplit(images: Uint8Array, labels: Int32Array): ImageSplit {
  return { images, labels, length: labels.length };
}

/**
 * Checks that pixels, labels and classes fit each other and adds the digest.
 *
 * @throws DatasetError when a split is empty, a length is wrong, or a label is outside the classes.
 */
export function imageDataset(parts: DatasetParts): ImageDataset {
  const pictureSize = parts.imageShape.reduce((size, extent) => size * extent, 1);
  for (const split of ['train', 'test'] as const) {
    const { images, labels, length } = parts[split];
    const where = `${parts.name}, ${split} split`;
    if (length === 0) throw new DatasetError(where, 'at least one picture', 'none', 'add pictures');
    if (labels.length !== length || images.length !== length * pictureSize) {
      throw new DatasetError(
        where,
        `${length} labels and ${length} × ${parts.imageShape.join('×')} bytes`,
        `${labels.length} labels and ${images.length} bytes`,
      );
    }
    const stray = labels.find((label) => label < 0 || label >= parts.classes.length);
    if (stray !== undefined) {
      throw new DatasetError(where, `labels from 0 to ${parts.classes.length - 1}`, `label ${stray}`);
    }
  }
  return { ...parts, digest: datasetDigest(parts) };
}

/**
 * 'sha256:…' over shape, class names, pixels and labels (little-endian int32) of both splits. Name, license and
 * source are left out: the same pictures from another mirror are the same dataset.
 */
export function datasetDigest(
  parts: Pick<DatasetParts, 'imageShape' | 'classes' | 'train' | 'test'>,
): string {
  const { imageShape, classes, train, test } = parts;
  const hash = createHash('sha256');
  const header = { imageShape, classes, train: train.labels.length, test: test.labels.length };
  hash.update(`${JSON.stringify(header)}\n`);
  for (const split of [train, test]) {
    hash.update(split.images);
    hash.update(littleEndian(split.labels));
  }
  return `sha256:${hash.digest('hex')}`;
}

function littleEndian(labels: Int32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(labels.length * 4));
  labels.forEach((label, i) => {
    view.setInt32(i * 4, label, true);
  });
  return new Uint8Array(view.buffer);
}

/** The pictures at the given positions, as a split of their own. */
export function takePictures(
  images: Uint8Array,
  labels: Int32Array,
  positions: readonly number[],
): ImageSplit {
  const pictureSize = labels.length === 0 ? 0 : images.length / labels.length;
  const taken = new Uint8Array(positions.length * pictureSize);
  positions.forEach((position, i) => {
    taken.set(images.subarray(position * pictureSize, (position + 1) * pictureSize), i * pictureSize);
  });
  return imageSplit(
    taken,
    Int32Array.from(positions, (position) => labels[position]!),
  );
}

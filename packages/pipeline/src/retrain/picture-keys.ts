import { createHash } from 'node:crypto';
import type { ImageDataset, ImageSplit } from '@trainyard/trainer';

/** What tells pictures apart: a digest of each one's pixels, in their order. Labels are left out. */
export function pictureKeys(
  { images, length }: ImageSplit,
  [height, width, channels]: ImageDataset['imageShape'],
): string[] {
  const size = height * width * channels;
  return Array.from({ length }, (_, i) =>
    createHash('sha256')
      .update(images.subarray(i * size, (i + 1) * size))
      .digest('base64'),
  );
}

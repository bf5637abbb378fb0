import type { ImageSplit } from '@trainyard/trainer';
import * as ort from 'onnxruntime-node';

export interface PictureBatch {
  /** uint8 [batch, height, width, channels] */
  readonly pixels: ort.Tensor;
  readonly labels: Int32Array;
}

/** A split as tensors for ONNX Runtime. With a limit, pictures are taken evenly from the whole of it. */
export function pictureBatches(
  { images, labels, length }: ImageSplit,
  imageShape: readonly [height: number, width: number, channels: number],
  { batchSize, limit = length }: { readonly batchSize: number; readonly limit?: number },
): PictureBatch[] {
  const size = imageShape[0] * imageShape[1] * imageShape[2];
  const wanted = Math.min(limit, length);
  const indices = Array.from({ length: wanted }, (_, i) => Math.floor((i * length) / wanted));
  const batches = [];
  for (let start = 0; start < wanted; start += batchSize) {
    const chosen = indices.slice(start, start + batchSize);
    const pixels = new Uint8Array(chosen.length * size);
    chosen.forEach((index, i) => {
      pixels.set(images.subarray(index * size, (index + 1) * size), i * size);
    });
    batches.push({
      pixels: new ort.Tensor('uint8', pixels, [chosen.length, ...imageShape]),
      labels: Int32Array.from(chosen, (index) => labels[index]),
    });
  }
  return batches;
}

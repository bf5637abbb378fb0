import { Generator, sizeOf, type Tensor, zeros } from '@trainyard/autograd';
import type { ImageSplit } from '../dataset.ts';
import { positive } from '../options.ts';
import type { Augmentation } from './augment.ts';
import { type ImageShape, imageShapeOf } from './image-shape.ts';

export interface Batch {
  /** uint8 [N, H, W, C]. */
  readonly images: Tensor;
  /** int32 [N]. */
  readonly labels: Tensor;
}

export interface LoaderOptions {
  readonly batchSize: number;
  /** Decides the order and the augmentation; without one, pictures come as they are and in their order. */
  readonly seed?: number;
  readonly augment?: Augmentation | undefined;
  readonly imageShape?: ImageShape | undefined;
}

/**
 * Batches of a split; the last one of an epoch may be smaller. Order is a function of seed and epoch, and the changes
 * to a picture of seed, epoch and its index: neither depends on the batch size, on timing or on what was loaded before.
 */
export class Loader {
  readonly imageShape: ImageShape;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly #split: ImageSplit;
  readonly #augment: Augmentation | undefined;
  readonly #root: Generator | undefined;
  #order: { epoch: number; indices: Int32Array; generator: Generator } | undefined;

  /** @throws InputError when the batch size is not a positive integer or the split does not fit */
  constructor(split: ImageSplit, options: LoaderOptions) {
    this.imageShape = imageShapeOf(split, options.imageShape);
    this.batchSize = positive('Loader', 'batchSize', options.batchSize);
    this.stepsPerEpoch = Math.ceil(split.length / this.batchSize);
    this.#split = split;
    this.#augment = options.augment;
    this.#root = options.seed === undefined ? undefined : new Generator(options.seed).fork('data');
  }

  /** The pictures' indices in the order of an epoch, counted from 0. */
  order(epoch: number): Int32Array {
    return this.#orderOf(epoch)?.indices ?? Int32Array.from({ length: this.#split.length }, (_, i) => i);
  }

  /**
   * Batch `step`, from 0 to `stepsPerEpoch` − 1, of an epoch.
   * @param memory a batch that is not needed any more, to write over where it is of the same size
   */
  batch(epoch: number, step: number, memory?: Batch): Batch {
    const { images, labels } = this.#split;
    const drawn = this.#orderOf(epoch);
    const start = step * this.batchSize;
    const count = Math.min(this.batchSize, this.#split.length - start);
    const size = sizeOf(this.imageShape);
    const batch = memory?.labels.size === count ? memory : this.#empty(count);
    const pixels = batch.images.data as Uint8Array;
    const classes = batch.labels.data as Int32Array;
    for (let i = 0; i < count; i++) {
      const index = drawn ? drawn.indices[start + i] : start + i;
      const picture = pixels.subarray(i * size, (i + 1) * size);
      picture.set(images.subarray(index * size, (index + 1) * size));
      if (drawn) this.#augment?.(picture, this.imageShape, drawn.generator.fork(index));
      classes[i] = labels[index];
    }
    return batch;
  }

  #empty(count: number): Batch {
    return {
      images: zeros([count, ...this.imageShape], 'uint8'),
      labels: zeros([count], 'int32'),
    };
  }

  #orderOf(epoch: number) {
    if (!this.#root) return undefined;
    if (this.#order?.epoch !== epoch) {
      const generator = this.#root.fork(epoch);
      const indices = generator.fork('order').permutation(this.#split.length);
      this.#order = { epoch, indices, generator };
    }
    return this.#order;
  }
}

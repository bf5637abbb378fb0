import { Generator, Tensor } from '@trainyard/autograd';
import type { CheckpointStore } from './checkpoint/index.ts';
import type { ImageSplit } from './dataset.ts';
import type { FitOptions } from './fit-options.ts';
import type { Module } from './module.ts';
import {
  BatchNorm2d,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  Preprocess,
  ReLU,
  Sequential,
} from './nn/index.ts';
import { adamW } from './optim/adam.ts';
import { oneCycle } from './optim/schedule.ts';

/** For tests: a checkpoint that is kept in memory. */
export const memoryStore = (): CheckpointStore & { bytes?: Uint8Array } => ({
  name: 'memory',
  async read() {
    return this.bytes;
  },
  async write(bytes) {
    this.bytes = bytes;
  },
});

/** For tests: a network of 6×6×1 pictures with everything that has a state of its own. */
export const smallNetwork = (): Module =>
  new Sequential({
    preprocess: new Preprocess({ mean: [0.5], std: [0.5] }),
    conv1: new Conv2d(1, 4, { kernelSize: 3, padding: 1 }),
    norm1: new BatchNorm2d(4),
    relu1: new ReLU(),
    pool1: new MaxPool2d(2),
    flatten: new Flatten(),
    dropout: new Dropout(0.25),
    classifier: new Linear(36, 3),
  });

/** For tests: noisy 6×6 pictures of three classes that differ in which third is bright. */
export function smallSplit(length: number, seed = 1): ImageSplit {
  const generator = new Generator(seed);
  const labels = generator.integers(length, 0, 3);
  const images = Uint8Array.from(generator.words(length * 36), (word, i) => {
    const bright = Math.floor((i % 36) / 12) === labels[Math.floor(i / 36)];
    return (word >>> 25) + (bright ? 100 : 0);
  });
  return { images, labels, length };
}

/** For tests: options of a short run. */
export const smallRun = (): FitOptions => ({
  epochs: 3,
  batchSize: 8,
  seed: 5,
  executor: 'eager',
  optimizer: adamW(),
  schedule: oneCycle({ max: 0.02 }),
});

/** For tests: the same with plain data in place of tensors, whose elements `toEqual` does not see. */
export function plain(value: unknown): unknown {
  if (value instanceof Tensor) return { dtype: value.dtype, shape: value.shape, data: [...value.data] };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, plain(entry)]));
}

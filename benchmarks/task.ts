import { Generator, tensorOf } from '@trainyard/autograd';
import { type Batch, describeNetwork, initialize, type Module } from '@trainyard/trainer';
import type { Tolerance } from './agreement.ts';
import type { BenchmarkNetwork } from './networks.ts';

/** What every contender does: steps of SGD with momentum on the mean cross-entropy of one batch. */
export interface TrainTask {
  /** With its initial weights. */
  readonly network: Module;
  readonly batch: Batch;
  readonly learningRate: number;
  readonly momentum: number;
  readonly tolerance: Tolerance;
}

/** Weights and a batch from a seed; the pictures are noise on black, so that windows of a pooling hold many ties. */
export function trainTask({ make, shape, batch, tolerance }: BenchmarkNetwork, seed = 1): TrainTask {
  const generator = new Generator(seed);
  const pixels = generator.words(shape.reduce((a, b) => a * b, batch));
  const images = Uint8Array.from(pixels, (word) => Math.max(0, (word >>> 23) - 256));
  return {
    network: initialize(make(), seed),
    batch: {
      images: tensorOf('uint8', [batch, ...shape], images),
      labels: tensorOf('int32', [batch], generator.integers(batch, 0, 10)),
    },
    // Small, so that no network diverges or has learned all of its batch before the last step.
    learningRate: 0.001,
    momentum: 0.9,
    tolerance,
  };
}

/** The same task with some of its pictures. */
export function partOf(task: TrainTask, start: number, end: number): TrainTask {
  const { images, labels } = task.batch;
  const [, ...shape] = images.sizes;
  const size = shape.reduce((a, b) => a * b);
  const batch = {
    images: tensorOf(
      'uint8',
      [end - start, ...shape],
      (images.data as Uint8Array).slice(start * size, end * size),
    ),
    labels: tensorOf('int32', [end - start], (labels.data as Int32Array).slice(start, end)),
  };
  return { ...task, batch };
}

export const batchSize = ({ batch }: Pick<TrainTask, 'batch'>): number => batch.labels.size;

/** Floating-point operations of the network's forward pass for one picture, 2 for a multiply-add. */
export function flopsOfPicture({ network, batch }: TrainTask): number {
  const [, ...shape] = batch.images.sizes;
  return describeNetwork(network, { dtype: 'uint8', shape: [1, ...shape] }).flops;
}

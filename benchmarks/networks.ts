import { LeNet5, MobileNetV2, type Module, ResNet8, refCnn } from '@trainyard/trainer';
import type { Tolerance } from './agreement.ts';

/** A network that training is timed on, without dropout. */
export interface BenchmarkNetwork {
  /** On the command line. */
  readonly name: string;
  readonly make: () => Module;
  /** Height, width and channels of its pictures. */
  readonly shape: readonly [number, number, number];
  readonly batch: number;
  /** The batch of what is too slow for the whole one. */
  readonly smallBatch: number;
  readonly tolerance: Tolerance;
}

const tolerance: Tolerance = { loss: 1e-5, gradients: 1e-3 };

export const benchmarkNetworks: readonly BenchmarkNetwork[] = [
  { name: 'refcnn', make: () => refCnn(), shape: [28, 28, 1], batch: 128, smallBatch: 4, tolerance },
  { name: 'lenet5', make: () => new LeNet5(), shape: [28, 28, 1], batch: 128, smallBatch: 8, tolerance },
  {
    name: 'cnn224',
    make: () => refCnn({ size: 224, channels: 3 }),
    shape: [224, 224, 3],
    batch: 16,
    smallBatch: 1,
    tolerance,
  },
  { name: 'resnet8', make: () => new ResNet8(), shape: [32, 32, 3], batch: 64, smallBatch: 2, tolerance },
  {
    name: 'mobilenetv2',
    make: () => new MobileNetV2({ classes: 10, dropout: 0 }),
    shape: [64, 64, 3],
    batch: 32,
    smallBatch: 2,
    // Of a million activations, a few are so near a corner of ReLU6 that rounding decides whether they get a gradient.
    // Over 35 layers that makes a difference of a hundredth, whatever the batch.
    tolerance: { ...tolerance, gradients: 0.1 },
  },
];

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

/**
 * Rounding differs by about 1e-6. But one activation that it moves over the corner of a ReLU gets a gradient or none:
 * among n of a layer that is a difference of 1 / √n, of some thousandths.
 */
const tolerance: Tolerance = { loss: 1e-5, gradients: 0.03 };

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
    // Rounding grows over 53 convolutions, and moves a few of each million activations over a corner of ReLU6. Over 35
    // such layers that makes a difference of a hundredth or two, whatever the batch.
    tolerance: { ...tolerance, gradients: 0.1 },
  },
];

import { InputError } from '@trainyard/autograd';
import type { Module } from '../module.ts';
import { Conv2d, Flatten, Linear, MaxPool2d, Preprocess, ReLU, Sequential } from '../nn/index.ts';
import { type Pair, pair } from '../options.ts';

export interface RefCnnOptions {
  /** Height and width of the pictures; 28 unless given. */
  readonly size?: Pair;
  /** Channels of the pictures; 1 unless given. */
  readonly channels?: number;
  /** 10 unless given. */
  readonly classes?: number;
  /** 0 and 1 for each channel unless given. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
}

/**
 * The reference network of our benchmarks, for pictures [N, size, size, channels]: two 3×3 convolutions of 32 and 64
 * filters without padding, each with ReLU and 2×2 max pooling, then 128 features and the classes. 5.262 MFLOP a
 * picture of 28×28×1; `refCnn({ size: 224, channels: 3 })` is the network of benchmarks on larger pictures.
 * @throws InputError when a side is below 10
 */
export function refCnn(options: RefCnnOptions = {}): Module {
  const { channels = 1, classes = 10 } = options;
  const { mean = Array(channels).fill(0), std = Array(channels).fill(1) } = options;
  const [height, width] = pair('refCnn', 'size', options.size ?? 28, 10).map((side) => {
    const pooled = Math.floor((side - 2) / 2);
    return Math.floor((pooled - 2) / 2);
  });
  if (mean.length !== channels)
    throw new InputError('refCnn', `mean and std of ${channels} channels`, `${mean.length}`);
  return new Sequential({
    preprocess: new Preprocess({ mean, std }),
    conv1: new Conv2d(channels, 32, { kernelSize: 3 }),
    relu1: new ReLU(),
    pool1: new MaxPool2d(2),
    conv2: new Conv2d(32, 64, { kernelSize: 3 }),
    relu2: new ReLU(),
    pool2: new MaxPool2d(2),
    flatten: new Flatten(),
    fc1: new Linear(64 * height * width, 128),
    relu3: new ReLU(),
    fc2: new Linear(128, classes),
  });
}

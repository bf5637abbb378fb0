import type { Module } from '../module.ts';
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  Preprocess,
  ReLU,
  Sequential,
} from '../nn/index.ts';
import { kaimingNormal } from '../nn/initializers.ts';

export interface DigitsNetOptions {
  /** 10 unless given. */
  readonly classes?: number;
  /** Filters of the three stages; 16, 32, 64 unless given. */
  readonly channels?: readonly [number, number, number];
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  /** Share of features dropped before the last layer. */
  readonly dropout?: number;
}

/** A small network for pictures of 8×8 pixels and up, [N, H, W, 1]: three convolutions with batch norm, two poolings. */
export function digitsNet(options: DigitsNetOptions = {}): Module {
  const {
    classes = 10,
    channels: [a, b, c] = [16, 32, 64],
    mean = [0.3],
    std = [0.37],
    dropout = 0,
  } = options;
  const conv = (from: number, to: number) =>
    new Conv2d(from, to, { kernelSize: 3, padding: 1, bias: false, initializer: kaimingNormal() });
  return new Sequential({
    preprocess: new Preprocess({ mean, std }),
    conv1: conv(mean.length, a),
    norm1: new BatchNorm2d(a),
    relu1: new ReLU(),
    conv2: conv(a, b),
    norm2: new BatchNorm2d(b),
    relu2: new ReLU(),
    pool2: new MaxPool2d(2),
    conv3: conv(b, c),
    norm3: new BatchNorm2d(c),
    relu3: new ReLU(),
    pool3: new MaxPool2d(2),
    average: new AdaptiveAvgPool2d(2),
    flatten: new Flatten(),
    ...(dropout > 0 && { dropout: new Dropout(dropout) }),
    classifier: new Linear(4 * c, classes),
  });
}

import type { Module } from '../module.ts';
import { Conv2d, Flatten, Linear, MaxPool2d, Preprocess, ReLU, Sequential } from '../nn/index.ts';

/**
 * The reference network of our benchmarks, for pictures of 28×28×1: two 3×3 convolutions of 32 and 64 filters
 * without padding, each with ReLU and 2×2 max pooling, then 128 features and the classes. 5.262 MFLOP a picture.
 */
export const refCnn = (classes = 10): Module =>
  new Sequential({
    preprocess: new Preprocess({ mean: [0], std: [1] }),
    conv1: new Conv2d(1, 32, { kernelSize: 3 }),
    relu1: new ReLU(),
    pool1: new MaxPool2d(2),
    conv2: new Conv2d(32, 64, { kernelSize: 3 }),
    relu2: new ReLU(),
    pool2: new MaxPool2d(2),
    flatten: new Flatten(),
    fc1: new Linear(1600, 128),
    relu3: new ReLU(),
    fc2: new Linear(128, classes),
  });

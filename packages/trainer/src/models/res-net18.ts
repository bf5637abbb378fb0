import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Flatten,
  Linear,
  MaxPool2d,
  Preprocess,
  ReLU,
  Sequential,
} from '../nn/index.ts';
import { BasicBlock, residualConv } from './basic-block.ts';
import { imageNetMean, imageNetStd } from './image-net.ts';

export interface ResNet18Options {
  /** 1000 unless given. */
  readonly classes?: number;
  /** Filters of the first stage, 64 unless given; each later stage has twice those of the one before. */
  readonly channels?: number;
  /** Those of ImageNet unless given. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
}

const stage = (from: number, to: number, stride: number): Sequential =>
  new Sequential([new BasicBlock(from, to, stride), new BasicBlock(to, to)]);

/**
 * ResNet-18 (He et al., Deep Residual Learning for Image Recognition, 2015) for pictures [N, H, W, 3] of any size,
 * made for 224×224. Parameters, buffers and their initial values are those of torchvision's resnet18.
 */
export class ResNet18 extends Sequential {
  constructor({
    classes = 1000,
    channels: c = 64,
    mean = imageNetMean,
    std = imageNetStd,
  }: ResNet18Options = {}) {
    super({
      preprocess: new Preprocess({ mean, std }),
      conv1: residualConv(mean.length, c, 7, 2),
      bn1: new BatchNorm2d(c),
      relu: new ReLU(),
      maxpool: new MaxPool2d(3, { stride: 2, padding: 1 }),
      layer1: stage(c, c, 1),
      layer2: stage(c, 2 * c, 2),
      layer3: stage(2 * c, 4 * c, 2),
      layer4: stage(4 * c, 8 * c, 2),
      avgpool: new AdaptiveAvgPool2d(1),
      flatten: new Flatten(),
      fc: new Linear(8 * c, classes),
    });
  }
}

import type { Module } from '../module.ts';
import { AdaptiveAvgPool2d, Dropout, Flatten, Linear, Preprocess, Sequential } from '../nn/index.ts';
import { constant, normal } from '../nn/initializers.ts';
import { inRange } from '../options.ts';
import { imageNetMean, imageNetStd } from './image-net.ts';
import { convNormReLU6, InvertedResidual } from './inverted-residual.ts';

export interface MobileNetV2Options {
  /** Factor of all numbers of channels, which are rounded to multiples of 8; 1 unless given. */
  readonly width?: number;
  /** 1000 unless given. */
  readonly classes?: number;
  /** Share of features dropped before the last layer; 0.2 unless given. */
  readonly dropout?: number;
  /** Those of ImageNet unless given. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
}

/** Table 2 of the paper. */
const stages: readonly { expansion: number; channels: number; blocks: number; stride: number }[] = [
  { expansion: 1, channels: 16, blocks: 1, stride: 1 },
  { expansion: 6, channels: 24, blocks: 2, stride: 2 },
  { expansion: 6, channels: 32, blocks: 3, stride: 2 },
  { expansion: 6, channels: 64, blocks: 4, stride: 2 },
  { expansion: 6, channels: 96, blocks: 3, stride: 1 },
  { expansion: 6, channels: 160, blocks: 3, stride: 2 },
  { expansion: 6, channels: 320, blocks: 1, stride: 1 },
];

/** The nearest multiple of 8, or the next one where that takes away more than a tenth. */
function roundToEight(channels: number): number {
  const nearest = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return nearest < 0.9 * channels ? nearest + 8 : nearest;
}

/**
 * MobileNetV2 (Sandler et al., Inverted Residuals and Linear Bottlenecks, 2018) for pictures [N, H, W, 3] of any size
 * from 32×32, made for 224×224; it halves them five times. Parameters, buffers and their initial values are those of
 * torchvision's mobilenet_v2.
 */
export class MobileNetV2 extends Sequential {
  /** @throws InputError when the width is not positive */
  constructor({
    width = 1,
    classes = 1000,
    dropout = 0.2,
    mean = imageNetMean,
    std = imageNetStd,
  }: MobileNetV2Options = {}) {
    inRange('MobileNetV2', 'width', width, Number.MIN_VALUE, Number.POSITIVE_INFINITY);
    const first = roundToEight(32 * width);
    const last = roundToEight(1280 * Math.max(1, width));
    const features: Module[] = [convNormReLU6(mean.length, first, { kernelSize: 3, stride: 2, padding: 1 })];
    let channels = first;
    for (const stage of stages) {
      const to = roundToEight(stage.channels * width);
      for (let i = 0; i < stage.blocks; i++) {
        features.push(new InvertedResidual(channels, to, i === 0 ? stage.stride : 1, stage.expansion));
        channels = to;
      }
    }
    features.push(convNormReLU6(channels, last, { kernelSize: 1 }));
    super({
      preprocess: new Preprocess({ mean, std }),
      features: new Sequential(features),
      pool: new AdaptiveAvgPool2d(1),
      flatten: new Flatten(),
      classifier: new Sequential([
        new Dropout(dropout),
        new Linear(last, classes, { initializer: normal(0, 0.01), biasInitializer: constant(0) }),
      ]),
    });
  }
}

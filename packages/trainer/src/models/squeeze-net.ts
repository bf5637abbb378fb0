import { AdaptiveAvgPool2d, Dropout, Flatten, MaxPool2d, Preprocess, ReLU, Sequential } from '../nn/index.ts';
import { normal } from '../nn/initializers.ts';
import { Fire, squeezeConv } from './fire.ts';
import { imageNetMean, imageNetStd } from './image-net.ts';

export interface SqueezeNetOptions {
  /** '1_1' unless given: as accurate as '1_0' with 2.4 times less computation. */
  readonly version?: '1_0' | '1_1';
  /** 1000 unless given. */
  readonly classes?: number;
  /** Share of features dropped before the last convolution; 0.5 unless given. */
  readonly dropout?: number;
  /** Those of ImageNet unless given. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
}

const pool = (): MaxPool2d => new MaxPool2d(3, { stride: 2, ceilMode: true });

const featuresOf = {
  '1_0': (channels: number) => [
    squeezeConv(channels, 96, { kernelSize: 7, stride: 2 }),
    new ReLU(),
    pool(),
    new Fire(96, 16, 64),
    new Fire(128, 16, 64),
    new Fire(128, 32, 128),
    pool(),
    new Fire(256, 32, 128),
    new Fire(256, 48, 192),
    new Fire(384, 48, 192),
    new Fire(384, 64, 256),
    pool(),
    new Fire(512, 64, 256),
  ],
  '1_1': (channels: number) => [
    squeezeConv(channels, 64, { kernelSize: 3, stride: 2 }),
    new ReLU(),
    pool(),
    new Fire(64, 16, 64),
    new Fire(128, 16, 64),
    pool(),
    new Fire(128, 32, 128),
    new Fire(256, 32, 128),
    pool(),
    new Fire(256, 48, 192),
    new Fire(384, 48, 192),
    new Fire(384, 64, 256),
    new Fire(512, 64, 256),
  ],
};

/**
 * SqueezeNet (Iandola et al., AlexNet-level accuracy with 50x fewer parameters, 2016) for pictures [N, H, W, 3] of any
 * size from 32×32, made for 224×224. Parameters and their initial values are those of torchvision's squeezenet1_0 and
 * squeezenet1_1; logits are never negative, as there.
 */
export class SqueezeNet extends Sequential {
  constructor({
    version = '1_1',
    classes = 1000,
    dropout = 0.5,
    mean = imageNetMean,
    std = imageNetStd,
  }: SqueezeNetOptions = {}) {
    super({
      preprocess: new Preprocess({ mean, std }),
      features: new Sequential(featuresOf[version](mean.length)),
      classifier: new Sequential([
        new Dropout(dropout),
        squeezeConv(512, classes, { kernelSize: 1, initializer: normal(0, 0.01) }),
        new ReLU(),
        new AdaptiveAvgPool2d(1),
      ]),
      flatten: new Flatten(),
    });
  }
}

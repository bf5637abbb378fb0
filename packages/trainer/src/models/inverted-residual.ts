import { add, type Tensor } from '@trainyard/autograd';
import { type ForwardContext, Module, runChild } from '../module.ts';
import { BatchNorm2d, Conv2d, type Conv2dOptions, ReLU6, Sequential } from '../nn/index.ts';
import { kaimingNormal } from '../nn/initializers.ts';

const conv = (from: number, to: number, options: Conv2dOptions): Conv2d =>
  new Conv2d(from, to, { ...options, bias: false, initializer: kaimingNormal({ mode: 'fanOut' }) });

/** Convolution, batch norm and min(max(x, 0), 6). */
export const convNormReLU6 = (from: number, to: number, options: Conv2dOptions): Sequential =>
  new Sequential([conv(from, to, options), new BatchNorm2d(to), new ReLU6()]);

/**
 * The block of MobileNetV2 (Sandler et al., 2018), with torchvision's names: a 1×1 convolution to `expansion` times
 * the channels, a 3×3 convolution of each channel alone, a 1×1 convolution to `outChannels` without activation, and
 * a shortcut where the shape stays.
 */
export class InvertedResidual extends Module {
  readonly conv: Sequential;
  readonly #hasShortcut: boolean;

  constructor(inChannels: number, outChannels: number, stride: number, expansion: number) {
    super();
    const hidden = inChannels * expansion;
    this.conv = new Sequential([
      ...(expansion === 1 ? [] : [convNormReLU6(inChannels, hidden, { kernelSize: 1 })]),
      convNormReLU6(hidden, hidden, { kernelSize: 3, stride, padding: 1, groups: hidden }),
      conv(hidden, outChannels, { kernelSize: 1 }),
      new BatchNorm2d(outChannels),
    ]);
    this.#hasShortcut = stride === 1 && inChannels === outChannels;
  }

  override forward(x: Tensor, context?: ForwardContext): Tensor {
    const y = runChild('conv', this.conv, x, context);
    return this.#hasShortcut ? add(x, y) : y;
  }
}

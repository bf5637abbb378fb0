import { add, relu, type Tensor } from '@trainyard/autograd';
import { type ForwardContext, Module, runChild } from '../module.ts';
import { BatchNorm2d, Conv2d, Sequential } from '../nn/index.ts';
import { kaimingNormal } from '../nn/initializers.ts';

/** A convolution of a residual network: padded to keep the size at stride 1, no bias, as batch norm follows it. */
export const residualConv = (from: number, to: number, kernelSize: number, stride = 1): Conv2d =>
  new Conv2d(from, to, {
    kernelSize,
    stride,
    padding: (kernelSize - 1) / 2,
    bias: false,
    initializer: kaimingNormal({ mode: 'fanOut' }),
  });

/** Two 3×3 convolutions and a shortcut around them (He et al., 2015), with torchvision's names. */
export class BasicBlock extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  /** Brings the shortcut to the block's shape, where that differs from the input's. */
  readonly downsample: Sequential | undefined;

  constructor(inChannels: number, outChannels: number, stride = 1) {
    super();
    this.conv1 = residualConv(inChannels, outChannels, 3, stride);
    this.bn1 = new BatchNorm2d(outChannels);
    this.conv2 = residualConv(outChannels, outChannels, 3);
    this.bn2 = new BatchNorm2d(outChannels);
    if (stride !== 1 || inChannels !== outChannels)
      this.downsample = new Sequential([
        residualConv(inChannels, outChannels, 1, stride),
        new BatchNorm2d(outChannels),
      ]);
  }

  override forward(x: Tensor, context?: ForwardContext): Tensor {
    const run = (name: 'conv1' | 'bn1' | 'conv2' | 'bn2', y: Tensor) =>
      runChild(name, this[name], y, context);
    const body = run('bn2', run('conv2', relu(run('bn1', run('conv1', x)))));
    const shortcut = this.downsample ? runChild('downsample', this.downsample, x, context) : x;
    return relu(add(body, shortcut));
  }
}

import { concat, relu, type Tensor } from '@trainyard/autograd';
import { type ForwardContext, Module, runChild } from '../module.ts';
import { Conv2d, type Conv2dOptions } from '../nn/index.ts';
import { constant, kaimingUniform } from '../nn/initializers.ts';

/** A convolution of SqueezeNet, with torchvision's initial values unless others are given. */
export const squeezeConv = (from: number, to: number, options: Conv2dOptions): Conv2d =>
  new Conv2d(from, to, { initializer: kaimingUniform(), biasInitializer: constant(0), ...options });

/**
 * The module of SqueezeNet (Iandola et al., 2016), with torchvision's names: a 1×1 convolution to few channels, then
 * 1×1 and 3×3 convolutions side by side, each with ReLU.
 */
export class Fire extends Module {
  readonly squeeze: Conv2d;
  readonly expand1x1: Conv2d;
  readonly expand3x3: Conv2d;

  /** @param expanded channels of each of the two sides, so that twice as many come out */
  constructor(inChannels: number, squeezed: number, expanded: number) {
    super();
    this.squeeze = squeezeConv(inChannels, squeezed, { kernelSize: 1 });
    this.expand1x1 = squeezeConv(squeezed, expanded, { kernelSize: 1 });
    this.expand3x3 = squeezeConv(squeezed, expanded, { kernelSize: 3, padding: 1 });
  }

  override forward(x: Tensor, context?: ForwardContext): Tensor {
    const run = (name: 'squeeze' | 'expand1x1' | 'expand3x3', y: Tensor) =>
      relu(runChild(name, this[name], y, context));
    const few = run('squeeze', x);
    return concat([run('expand1x1', few), run('expand3x3', few)], 1);
  }
}

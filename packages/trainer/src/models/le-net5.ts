import { flatten, type Tensor, tanh } from '@trainyard/autograd';
import { type ForwardContext, Module, runChild } from '../module.ts';
import { AvgPool2d, Conv2d, Linear, Preprocess } from '../nn/index.ts';

/**
 * LeNet-5 (LeCun et al., 1998) for pictures of 28×28×1, which it pads to 32×32: two 5×5 convolutions of 6 and 16
 * filters with average pooling, then layers of 120, 84 and the classes, with tanh between them.
 */
export class LeNet5 extends Module {
  readonly preprocess = new Preprocess({ mean: [0.1307], std: [0.3081] });
  readonly conv1 = new Conv2d(1, 6, { kernelSize: 5, padding: 2 });
  readonly conv2 = new Conv2d(6, 16, { kernelSize: 5 });
  readonly pool = new AvgPool2d(2);
  readonly fc1 = new Linear(16 * 5 * 5, 120);
  readonly fc2 = new Linear(120, 84);
  readonly fc3: Linear;

  constructor(classes = 10) {
    super();
    this.fc3 = new Linear(84, classes);
  }

  override forward(x: Tensor, context?: ForwardContext): Tensor {
    const run = (name: 'preprocess' | 'conv1' | 'conv2' | 'pool' | 'fc1' | 'fc2' | 'fc3', y: Tensor) =>
      runChild(name, this[name], y, context);
    const first = run('pool', tanh(run('conv1', run('preprocess', x))));
    const second = run('pool', tanh(run('conv2', first)));
    return run('fc3', tanh(run('fc2', tanh(run('fc1', flatten(second, 1))))));
  }
}

import { flatten, relu, type Tensor } from '@trainyard/autograd';
import { type ForwardContext, Module, runChild } from '../module.ts';
import { AdaptiveAvgPool2d, BatchNorm2d, type Conv2d, Linear, Preprocess, Sequential } from '../nn/index.ts';
import { BasicBlock, residualConv } from './basic-block.ts';

export interface ResNet8Options {
  readonly classes?: number;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
}

/** The residual network of MLPerf Tiny for pictures of 32×32×3: stages of 16, 32 and 64 filters, one block each. */
export class ResNet8 extends Module {
  readonly preprocess: Preprocess;
  readonly conv1: Conv2d;
  readonly bn1 = new BatchNorm2d(16);
  readonly layer1 = new Sequential([new BasicBlock(16, 16)]);
  readonly layer2 = new Sequential([new BasicBlock(16, 32, 2)]);
  readonly layer3 = new Sequential([new BasicBlock(32, 64, 2)]);
  readonly avgpool = new AdaptiveAvgPool2d(1);
  readonly fc: Linear;

  constructor({
    classes = 10,
    mean = [0.4914, 0.4822, 0.4465],
    std = [0.247, 0.2435, 0.2616],
  }: ResNet8Options = {}) {
    super();
    this.preprocess = new Preprocess({ mean, std });
    this.conv1 = residualConv(mean.length, 16, 3);
    this.fc = new Linear(64, classes);
  }

  override forward(x: Tensor, context?: ForwardContext): Tensor {
    type Name = 'preprocess' | 'conv1' | 'bn1' | 'layer1' | 'layer2' | 'layer3' | 'avgpool' | 'fc';
    const run = (name: Name, y: Tensor) => runChild(name, this[name] as Module, y, context);
    const stem = relu(run('bn1', run('conv1', run('preprocess', x))));
    const features = run('layer3', run('layer2', run('layer1', stem)));
    return run('fc', flatten(run('avgpool', features), 1));
  }
}

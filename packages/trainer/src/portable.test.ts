import {
  type DType,
  Generator,
  type Target,
  type Tensors,
  type TensorType,
  toOnnx,
} from '@trainyard/autograd';
import { webGpuOperators } from '@trainyard/testing/browser';
import { describe, expect, it } from 'vitest';
import { softmaxCrossEntropy } from './losses/index.ts';
import { digitsNet, LeNet5, MobileNetV2, ResNet8, ResNet18, refCnn, SqueezeNet } from './models/index.ts';
import { bufferValues, type Module, parameterValues } from './module.ts';
import * as nn from './nn/index.ts';
import { adam, adamW, type Optimizer, sgd } from './optim/index.ts';
import { packTensors, type StepRecipe, trainStep } from './train-step.ts';

type Shape = readonly [height: number, width: number, channels: number];

/** Every operator of the graph of a training step, with the type of what it works on. */
function operatorsOf(
  network: Module,
  [height, width, channels]: Shape,
  recipe: StepRecipe,
  target: Target = 'portable',
): Set<string> {
  const params = parameterValues(network);
  const tensors = { params, buffers: bufferValues(network), optimizer: recipe.optimizer.init(params) };
  const type = (dtype: DType, shape: readonly number[]): TensorType => ({ dtype, shape });
  const types = {
    ...packTensors(tensors),
    images: type('uint8', [4, height, width, channels]),
    labels: type('int32', [4]),
    learningRate: type('float32', []),
  };
  const step = trainStep(network, recipe, new Generator(1));
  const { graph } = toOnnx(step, types as unknown as Tensors, { target });
  const dtypeOf = (value: (typeof graph.nodes)[number]['inputs'][number]) =>
    value?.type?.dtype ?? value?.data?.dtype;
  return new Set(
    graph.nodes.map(({ opType, inputs, outputs }) => {
      // Of Where the first input is the condition.
      const from = dtypeOf(inputs[opType === 'Where' ? 1 : 0]);
      return `${opType} of ${opType === 'Cast' ? `${from} to ${dtypeOf(outputs[0])}` : from}`;
    }),
  );
}

const known = new Set(
  Object.entries(webGpuOperators).flatMap(([type, of]) => of.map((dtype) => `${type} of ${dtype}`)),
);
const missing = (...call: Parameters<typeof operatorsOf>): string[] =>
  [...operatorsOf(...call)].filter((operator) => !known.has(operator));

const recipe = (optimizer: Optimizer): StepRecipe => ({
  optimizer,
  loss: softmaxCrossEntropy({ labelSmoothing: 0.1 }),
  regularize: { l1: 1e-4, l2: 1e-4 },
  clipGradients: { norm: 1, value: 0.5 },
});

/** Layers that no network of ours has. */
const others = (): Module =>
  new nn.Sequential([
    new nn.Preprocess({ mean: [0.5], std: [0.5] }),
    new nn.Conv2d(1, 8, { kernelSize: 3, stride: 2, padding: 2, dilation: 2 }),
    new nn.GELU(),
    new nn.Conv2d(8, 24, { kernelSize: 3, groups: 4, padding: 1 }),
    new nn.SiLU(),
    new nn.MaxPool2d(3, { stride: 2, padding: 1, ceilMode: true }),
    new nn.Conv2d(24, 24, { kernelSize: 3, groups: 24, padding: 1 }),
    new nn.Tanh(),
    new nn.AvgPool2d(3, { stride: 2, padding: 1 }),
    new nn.AdaptiveMaxPool2d(3),
    new nn.ELU(),
    new nn.Hardsigmoid(),
    new nn.Hardswish(),
    new nn.LeakyReLU(),
    new nn.Softplus(),
    new nn.Sigmoid(),
    new nn.Softmax(),
    new nn.Flatten(),
    new nn.Dropout(0.5),
    new nn.Linear(216, 3),
  ]);

describe('the portable graph of a training step has only operators that WebGPU has', () => {
  it.each<[string, Module, Shape]>([
    ['refCnn', refCnn(), [28, 28, 1]],
    ['refCnn of large pictures', refCnn({ size: 64, channels: 3 }), [64, 64, 3]],
    ['LeNet5', new LeNet5(), [28, 28, 1]],
    ['digitsNet', digitsNet({ dropout: 0.3 }), [8, 8, 1]],
    ['ResNet8', new ResNet8(), [32, 32, 3]],
    ['ResNet18', new ResNet18({ classes: 10 }), [32, 32, 3]],
    ['MobileNetV2', new MobileNetV2({ classes: 10 }), [64, 64, 3]],
    ['SqueezeNet', new SqueezeNet({ classes: 10 }), [64, 64, 3]],
    ['other layers', others(), [32, 32, 1]],
  ])('%s', (_, network, shape) => {
    expect(missing(network, shape, recipe(sgd({ momentum: 0.9, nesterov: true })))).toEqual([]);
  });

  it.each<[string, Optimizer]>([
    ['sgd', sgd()],
    ['sgd with weight decay', sgd({ momentum: 0.9, weightDecay: 1e-3 })],
    ['adam', adam()],
    ['adamW', adamW({ weightDecay: 1e-2 })],
  ])('%s', (_, optimizer) => {
    expect(missing(digitsNet(), [8, 8, 1], recipe(optimizer))).toEqual([]);
  });

  it('but that for a processor has others', () => {
    const found = missing(digitsNet(), [8, 8, 1], recipe(sgd()), 'cpu');
    expect(found).toEqual(expect.arrayContaining(['LogSoftmax of float32', 'Transpose of uint8']));
  });
});

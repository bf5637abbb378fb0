import { full, Generator } from '@trainyard/autograd';
import { describe, expect, it } from 'vitest';
import { Loader } from '../data/index.ts';
import { describeNetwork } from '../describe.ts';
import { softmaxCrossEntropy } from '../losses/index.ts';
import { bufferValues, type Module, parameterValues } from '../module.ts';
import { initialize } from '../nn/initialize.ts';
import { sgd } from '../optim/sgd.ts';
import { packTensors, trainStep, unpackTensors } from '../train-step.ts';
import { digitsNet, LeNet5, ResNet8, refCnn } from './index.ts';

const models: [
  name: string,
  network: Module,
  shape: [number, number, number],
  parameters: number,
  mflops: number,
][] = [
  ['digitsNet', digitsNet(), [8, 8, 1], 25_978, 1.203],
  ['refCnn', refCnn(), [28, 28, 1], 225_034, 5.262],
  ['LeNet5', new LeNet5(), [28, 28, 1], 61_706, 0.833],
  // 464 in the stem, 4,672, 14,528 and 57,728 in the stages, 650 in the last layer; 12.5 M multiply-adds.
  ['ResNet8', new ResNet8(), [32, 32, 3], 78_042, 25.0],
];

describe.each(models)('%s', (_, network, shape, parameters, mflops) => {
  it('has the size it should have', () => {
    const summary = describeNetwork(network, { dtype: 'uint8', shape: [1, ...shape] });
    expect(summary.output.shape).toEqual([1, 10]);
    expect(summary.parameters).toBe(parameters);
    expect(summary.flops / 1e6).toBeCloseTo(mflops, 1);
  });

  it('gets a gradient in every parameter', () => {
    initialize(network, 1);
    const size = shape.reduce((a, b) => a * b);
    const images = Uint8Array.from(new Generator(1).words(4 * size), (word) => word >>> 24);
    const batch = new Loader(
      { images, labels: Int32Array.of(0, 1, 2, 3), length: 4 },
      { batchSize: 4 },
    ).batch(0, 0);
    const [params, buffers] = [parameterValues(network), bufferValues(network)];
    const step = trainStep(network, { optimizer: sgd(), loss: softmaxCrossEntropy() }, new Generator(1));
    const after = unpackTensors(
      step({ ...packTensors({ params, buffers, optimizer: {} }), ...batch, learningRate: full([], 1) }),
    );
    const same = Object.keys(params).filter(
      (name) => `${params[name].data}` === `${after.params[name].data}`,
    );
    expect(same).toEqual([]);
    expect(
      Object.keys(buffers).filter((name) => `${buffers[name].data}` === `${after.buffers[name].data}`),
    ).toEqual([]);
  });
});

it('ResNet8 has names as torchvision gives them', () => {
  const names = Object.keys(parameterValues(new ResNet8()));
  expect(names).toEqual(
    expect.arrayContaining(['conv1.weight', 'layer1.0.bn2.bias', 'layer2.0.downsample.0.weight', 'fc.bias']),
  );
});

import { compile, full, Generator, type Tensor, tensorOf } from '@trainyard/autograd';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { Loader } from '../data/index.ts';
import { describeNetwork } from '../describe.ts';
import { softmaxCrossEntropy } from '../losses/index.ts';
import { bufferValues, type Module, parameterValues } from '../module.ts';
import { initialize } from '../nn/initialize.ts';
import { sgd } from '../optim/sgd.ts';
import { packTensors, trainStep, unpackTensors } from '../train-step.ts';
import { digitsNet, LeNet5, MobileNetV2, ResNet8, ResNet18, refCnn, SqueezeNet } from './index.ts';

type Shape = readonly [height: number, width: number, channels: number];

function pictures(count: number, shape: Shape): Tensor {
  const words = new Generator(1).words(count * shape.reduce((a, b) => a * b));
  return tensorOf(
    'uint8',
    [count, ...shape],
    Uint8Array.from(words, (word) => word >>> 24),
  );
}

describe.each<[name: string, network: Module, shape: Shape, parameters: number, mflops: number]>([
  ['digitsNet', digitsNet(), [8, 8, 1], 25_978, 1.203],
  ['refCnn', refCnn(), [28, 28, 1], 225_034, 5.262],
  // 896 and 18,496 in the convolutions, 64 · 54² · 128 + 128 and 1,290 in the layers.
  ['refCnn at 224', refCnn({ size: 224, channels: 3 }), [224, 224, 3], 23_908_682, 570.9],
  ['LeNet5', new LeNet5(), [28, 28, 1], 61_706, 0.833],
  // 464 in the stem, 4,672, 14,528 and 57,728 in the stages, 650 in the last layer; 12.5 M multiply-adds.
  ['ResNet8', new ResNet8(), [32, 32, 3], 78_042, 25.0],
  // As torchvision's documentation has them: 1.81, 0.30, 0.82 and 0.35 G multiply-adds.
  ['ResNet18', new ResNet18(), [224, 224, 3], 11_689_512, 3628.1],
  ['MobileNetV2', new MobileNetV2(), [224, 224, 3], 3_504_872, 601.5],
  ['SqueezeNet 1.0', new SqueezeNet({ version: '1_0' }), [224, 224, 3], 1_248_424, 1637.8],
  ['SqueezeNet 1.1', new SqueezeNet(), [224, 224, 3], 1_235_496, 698.3],
])('%s', (name, network, shape, parameters, mflops) => {
  it('has the size it should have', () => {
    const summary = describeNetwork(network, { dtype: 'uint8', shape: [1, ...shape] });
    const outputs = name.startsWith('refCnn') || parameters < 1e5 ? 10 : 1000;
    expect(summary.output.shape).toEqual([1, outputs]);
    expect(summary.parameters).toBe(parameters);
    expect(summary.flops / 1e6).toBeCloseTo(mflops, 1);
  });
});

const trained: [name: string, make: () => Module, shape: Shape][] = [
  ['digitsNet', digitsNet, [8, 8, 1]],
  ['refCnn', refCnn, [28, 28, 1]],
  ['refCnn of other pictures', () => refCnn({ size: [18, 25], channels: 3, classes: 4 }), [18, 25, 3]],
  ['LeNet5', () => new LeNet5(), [28, 28, 1]],
  ['ResNet8', () => new ResNet8(), [32, 32, 3]],
  ['ResNet18', () => new ResNet18({ channels: 8, classes: 10 }), [33, 40, 3]],
  ['MobileNetV2', () => new MobileNetV2({ width: 0.35, classes: 10 }), [32, 39, 3]],
  ['SqueezeNet 1.0', () => new SqueezeNet({ version: '1_0', classes: 10 }), [32, 39, 3]],
  ['SqueezeNet 1.1', () => new SqueezeNet({ classes: 10 }), [36, 32, 3]],
];

describe.each(trained)('%s', (name, make, shape) => {
  it('gets a gradient in every parameter', () => {
    const network = initialize(make(), 1);
    const images = pictures(4, shape).data as Uint8Array;
    const split = { images, labels: Int32Array.of(0, 1, 2, 3), length: 4 };
    const batch = new Loader(split, { batchSize: 4, imageShape: shape }).batch(0, 0);
    const [params, buffers] = [parameterValues(network), bufferValues(network)];
    const step = trainStep(network, { optimizer: sgd(), loss: softmaxCrossEntropy() }, new Generator(1));
    const after = unpackTensors(
      step({ ...packTensors({ params, buffers, optimizer: {} }), ...batch, learningRate: full([], 1) }),
    );
    const same = (a: Tensor, b: Tensor) => Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
    expect(Object.keys(params).filter((at) => same(params[at], after.params[at]))).toEqual([]);
    expect(Object.keys(buffers).filter((at) => same(buffers[at], after.buffers[at]))).toEqual([]);
  });

  it('gives the same logits in ONNX Runtime', async () => {
    const network = initialize(make(), 2);
    // Normalization by statistics that are not its own.
    for (const [at, buffer] of network.namedBuffers())
      buffer.value = new Generator(at.length).uniform(buffer.value.sizes, 0.5, 1.5);
    const run = compile(({ x }: { x: Tensor }) => ({ y: network.forward(x) }), { ort });
    const others: Shape[] = name.includes('Net1') || name.includes('V2') ? [[64, 47, 3]] : [];
    for (const size of [shape, ...others]) {
      const x = pictures(2, size);
      const eager = network.forward(x);
      const compiled = (await run({ x })).y;
      expect(run.fallback()).toBeUndefined();
      expect(compiled.shape).toEqual(eager.shape);
      const scale = Math.max(...eager.toArray().map(Math.abs));
      const wanted = eager.toArray();
      const differences = compiled.toArray().map((v, i) => Math.abs(v - wanted[i]));
      expect(scale).toBeGreaterThan(1e-3);
      expect(Math.max(...differences) / scale).toBeLessThan(1e-4);
    }
    await run.dispose();
  });
});

const bytesOf = ({ data }: Tensor) =>
  Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);

describe('names as torchvision gives them', () => {
  const stateOf = (network: Module) =>
    Object.entries({ ...parameterValues(network), ...bufferValues(network) }).map(
      ([name, { shape }]) => `${name} ${shape.join('×')}`,
    );

  it('ResNet8', () => {
    const names = Object.keys(parameterValues(new ResNet8()));
    expect(names).toEqual(
      expect.arrayContaining([
        'conv1.weight',
        'layer1.0.bn2.bias',
        'layer2.0.downsample.0.weight',
        'fc.bias',
      ]),
    );
  });

  it('ResNet18', () => {
    const state = stateOf(new ResNet18());
    // 20 convolutions, 20 normalizations of four each, and the last layer.
    expect(state.length).toBe(20 + 80 + 2);
    expect(state).toEqual(
      expect.arrayContaining([
        'conv1.weight 64×3×7×7',
        'bn1.running_mean 64',
        'layer1.0.conv1.weight 64×64×3×3',
        'layer1.1.bn2.running_var 64',
        'layer2.0.downsample.0.weight 128×64×1×1',
        'layer2.0.downsample.1.running_var 128',
        'layer4.1.conv2.weight 512×512×3×3',
        'fc.weight 1000×512',
        'fc.bias 1000',
      ]),
    );
    expect(state.filter((name) => name.startsWith('layer1.0.downsample'))).toEqual([]);
  });

  it('MobileNetV2', () => {
    const state = stateOf(new MobileNetV2());
    expect(state.length).toBe(52 + 52 * 4 + 2);
    expect(state).toEqual(
      expect.arrayContaining([
        'features.0.0.weight 32×3×3×3',
        'features.0.1.running_mean 32',
        'features.1.conv.0.0.weight 32×1×3×3',
        'features.1.conv.1.weight 16×32×1×1',
        'features.1.conv.2.bias 16',
        'features.2.conv.0.0.weight 96×16×1×1',
        'features.2.conv.1.0.weight 96×1×3×3',
        'features.2.conv.1.1.running_var 96',
        'features.2.conv.2.weight 24×96×1×1',
        'features.2.conv.3.weight 24',
        'features.17.conv.2.weight 320×960×1×1',
        'features.18.0.weight 1280×320×1×1',
        'features.18.1.weight 1280',
        'classifier.1.weight 1000×1280',
      ]),
    );
  });

  it('SqueezeNet', () => {
    const state = stateOf(new SqueezeNet());
    expect(state.length).toBe(2 * (1 + 8 * 3 + 1));
    expect(state).toEqual(
      expect.arrayContaining([
        'features.0.weight 64×3×3×3',
        'features.3.squeeze.weight 16×64×1×1',
        'features.3.expand1x1.bias 64',
        'features.6.expand3x3.weight 128×32×3×3',
        'features.12.squeeze.weight 64×512×1×1',
        'classifier.1.weight 1000×512×1×1',
      ]),
    );
    expect(stateOf(new SqueezeNet({ version: '1_0' }))).toEqual(
      expect.arrayContaining(['features.0.weight 96×3×7×7', 'features.12.expand3x3.weight 256×64×3×3']),
    );
  });
});

it.each([
  [0.5, 1_968_680],
  [1.4, 6_108_776],
])('MobileNetV2 of width %d has as many parameters as the published ones', (width, parameters) => {
  const all = [...new MobileNetV2({ width }).namedParameters().values()];
  expect(all.reduce((sum, { value }) => sum + value.size, 0)).toBe(parameters);
});

it('initial values are those of torchvision', () => {
  const deviationsOf = (network: Module) => {
    const values = parameterValues(initialize(network, 1));
    return (name: string) => {
      const { data, size } = values[name];
      return Math.sqrt((data as Float32Array).reduce((sum, v) => sum + v * v, 0) / size);
    };
  };
  // Normal with √(2 / fanOut), normal with 0.01, uniform with √(2 / fanIn), and zero biases.
  const residual = deviationsOf(new ResNet18({ channels: 16, classes: 10 }));
  expect(residual('layer2.0.conv1.weight')).toBeCloseTo(Math.sqrt(2 / (32 * 9)), 2);
  const mobile = deviationsOf(new MobileNetV2({ width: 0.25, classes: 10 }));
  expect(mobile('features.18.0.weight')).toBeCloseTo(Math.sqrt(2 / 1280), 3);
  expect(mobile('features.2.conv.1.0.weight')).toBeCloseTo(Math.sqrt(2 / (48 * 9)), 2);
  expect(mobile('classifier.1.weight')).toBeCloseTo(0.01, 3);
  expect(mobile('classifier.1.bias')).toBe(0);
  const squeeze = deviationsOf(new SqueezeNet({ classes: 10 }));
  expect(squeeze('features.12.expand3x3.weight')).toBeCloseTo(Math.sqrt(2 / (64 * 9)), 3);
  expect(squeeze('features.0.bias')).toBe(0);
  expect(squeeze('classifier.1.weight')).toBeCloseTo(0.01, 3);
});

it('refuses sizes that do not fit', () => {
  expect(() => refCnn({ size: 9 })).toThrow('refCnn: expected size of integers from 10, got 9');
  expect(() => refCnn({ channels: 3, mean: [0] })).toThrow(
    'refCnn: expected mean and std of 3 channels, got 1',
  );
  expect(() => new MobileNetV2({ width: 0 })).toThrow('MobileNetV2: expected width');
});

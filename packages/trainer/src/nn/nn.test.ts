import * as tf from '@tensorflow/tfjs';
import { Generator, type Tensor, tensor, tensorOf, zeros } from '@trainyard/autograd';
import { describe, expect, it } from 'vitest';
import { plain } from '../fit.cases.ts';
import { type Module, type Parameter, parameterValues } from '../module.ts';
import {
  AdaptiveAvgPool2d,
  AdaptiveMaxPool2d,
  AvgPool2d,
  BatchNorm2d,
  Conv2d,
  type Conv2dOptions,
  Dropout,
  ELU,
  Flatten,
  GELU,
  Hardsigmoid,
  Hardswish,
  LeakyReLU,
  Linear,
  MaxPool2d,
  Preprocess,
  ReLU,
  ReLU6,
  Residual,
  Sequential,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Tanh,
} from './index.ts';
import { initialize } from './initialize.ts';
import { constant, gainOf, kaimingNormal, normal, xavierNormal, xavierUniform } from './initializers.ts';

const random = (...shape: number[]) => new Generator(7).normal(shape);
const training = () => ({ training: true, generator: new Generator(3) });

const close = (actual: Tensor, expected: ArrayLike<number>, digits = 5) => {
  expect(actual.size).toBe(expected.length);
  actual.toArray().forEach((v, i) => {
    expect(v).toBeCloseTo(expected[i], digits);
  });
};

describe('Conv2d', () => {
  const sizes: [Conv2dOptions, number[]][] = [
    [{ kernelSize: 3 }, [2, 6, 5, 7]],
    [{ kernelSize: 3, padding: 1 }, [2, 6, 7, 9]],
    [{ kernelSize: 3, padding: 1, stride: 2 }, [2, 6, 4, 5]],
    [{ kernelSize: [1, 3], padding: [0, 1], stride: [2, 1] }, [2, 6, 4, 9]],
    [{ kernelSize: 3, dilation: 2 }, [2, 6, 3, 5]],
    [{ kernelSize: 3, groups: 2, bias: false }, [2, 6, 5, 7]],
    [{ kernelSize: 4, padding: 'same' }, [2, 6, 7, 9]],
    [{ kernelSize: 3, padding: 'valid' }, [2, 6, 5, 7]],
  ];
  it.each(sizes)("gives PyTorch's output size with %j", (options, expected) => {
    const conv = initialize(new Conv2d(4, 6, options), 1);
    expect(conv.forward(random(2, 4, 7, 9)).shape).toEqual(expected);
  });

  it('agrees with TensorFlow.js', () => {
    const conv = initialize(new Conv2d(4, 6, { kernelSize: 3, padding: 1 }), 1);
    const x = random(2, 4, 7, 9);
    const expected = tf.tidy(() => {
      const images = tf.tensor4d(x.toArray(), [2, 4, 7, 9]).transpose([0, 2, 3, 1]) as tf.Tensor4D;
      const weight = tf
        .tensor4d(conv.weight.value.toArray(), [6, 4, 3, 3])
        .transpose([2, 3, 1, 0]) as tf.Tensor4D;
      const y = tf.conv2d(images, weight, 1, 'same').add(tf.tensor1d(conv.bias?.value.toArray() ?? []));
      return y.transpose([0, 3, 1, 2]).dataSync();
    });
    close(conv.forward(x), expected, 4);
  });

  it('refuses what does not fit, by name', () => {
    expect(() => new Conv2d(3, 8, { kernelSize: 0 })).toThrow(
      'Conv2d: expected kernelSize of integers from 1, got 0',
    );
    expect(() => new Conv2d(3, 8, { kernelSize: 3, groups: 2 })).toThrow(
      'Conv2d: expected channels that groups divide',
    );
    expect(() => new Conv2d(0, 8, { kernelSize: 3 })).toThrow('inChannels of at least 1, got 0');
    expect(() => new Conv2d(2, 8, { kernelSize: 3, padding: 'same', stride: 2 })).toThrow('stride 1');
    const conv = new Conv2d(3, 8, { kernelSize: 3 });
    expect(() => conv.forward(zeros([1, 4, 8, 8]))).toThrow('Conv2d: expected 3 input channels, got 4');
    expect(() => conv.forward(zeros([3, 8, 8]))).toThrow(
      'Conv2d: expected input [N, 3, H, W], got [3, 8, 8]',
    );
  });
});

describe('Linear', () => {
  it('is x Wᵀ + b', () => {
    const linear = new Linear(2, 3);
    linear.weight.value = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    (linear.bias as Parameter).value = tensor([10, 20, 30]);
    expect(
      linear
        .forward(
          tensor([
            [1, 1],
            [0, 2],
          ]),
        )
        .toArray(),
    ).toEqual([13, 27, 41, 14, 28, 42]);
    expect(() => linear.forward(zeros([1, 3]))).toThrow('Linear: expected 2 input features, got 3');
    expect(() => linear.forward(zeros([1, 2, 2]))).toThrow('flatten it first');
    expect(() => new Linear(2, 0.5)).toThrow('outFeatures of at least 1');
  });
});

describe('BatchNorm2d', () => {
  it('normalizes by the batch while training, and tracks the unbiased variance', () => {
    const norm = new BatchNorm2d(1, { momentum: 0.5 });
    const x = tensorOf('float32', [2, 1, 1, 2], Float32Array.from([1, 2, 3, 6]));
    // mean 3, biased variance 3.5, unbiased 14/3
    const scale = 1 / Math.sqrt(3.5 + 1e-5);
    close(
      norm.forward(x, training()),
      [-2, -1, 0, 3].map((d) => d * scale),
    );
    close(norm.running_mean.value, [1.5]);
    close(norm.running_var.value, [0.5 + 7 / 3]);
    close(
      norm.forward(x),
      [1, 2, 3, 6].map((v) => (v - 1.5) / Math.sqrt(0.5 + 7 / 3 + 1e-5)),
    );
    close(norm.running_mean.value, [1.5]);
  });

  it('refuses a batch of one value while training, and other channels', () => {
    expect(() => new BatchNorm2d(2).forward(zeros([1, 2, 1, 1]), training())).toThrow(
      'more than one value a channel',
    );
    expect(() => new BatchNorm2d(2).forward(zeros([1, 3, 2, 2]))).toThrow(
      'BatchNorm2d: expected [N, 2, H, W]',
    );
    expect(() => new BatchNorm2d(2, { momentum: 2 })).toThrow('momentum');
  });
});

describe('Dropout', () => {
  it('does nothing in use, and keeps the mean while training', () => {
    const x = random(1, 1000);
    expect(new Dropout(0.3).forward(x)).toBe(x);
    const ones = tensorOf('float32', [10000], new Float32Array(10000).fill(1));
    const dropped = new Dropout(0.3).forward(ones, training()).toArray();
    expect(new Set(dropped)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
    expect(dropped.reduce((a, b) => a + b) / 10000).toBeCloseTo(1, 1);
    expect(() => new Dropout().forward(x, { training: true })).toThrow('expected a generator in the context');
    expect(() => new Dropout(1)).toThrow('Dropout: expected p from 0 to below 1, got 1');
  });
});

describe('pooling', () => {
  const x = tensorOf('float32', [1, 1, 3, 3], Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]));
  it.each<[string, Module, number[]]>([
    ['max', new MaxPool2d(2), [5]],
    ['max, stride 1', new MaxPool2d(2, { stride: 1 }), [5, 6, 8, 9]],
    ['max, ceil mode', new MaxPool2d(2, { ceilMode: true }), [5, 6, 8, 9]],
    ['max, padded', new MaxPool2d(3, { padding: 1, stride: 2 }), [5, 6, 8, 9]],
    ['max, dilated', new MaxPool2d(2, { dilation: 2 }), [9]],
    ['average', new AvgPool2d(2), [3]],
    ['average, padded', new AvgPool2d(3, { padding: 1, stride: 2 }), [12 / 9, 16 / 9, 24 / 9, 28 / 9]],
    [
      'average, padding left out',
      new AvgPool2d(3, { padding: 1, stride: 2, countIncludePad: false }),
      [3, 4, 6, 7],
    ],
    ['adaptive', new AdaptiveAvgPool2d(2), [3, 4, 6, 7]],
    ['adaptive maximum', new AdaptiveMaxPool2d(2), [5, 6, 8, 9]],
    ['adaptive to one', new AdaptiveAvgPool2d([1, 1]), [5]],
  ])("%s gives PyTorch's numbers", (_, module, expected) => {
    close(module.forward(x), expected);
  });
});

describe('activations', () => {
  const x = tensor([-2, -0.5, 0, 1, 4]);
  it.each<[string, Module, (v: number) => number]>([
    ['ReLU', new ReLU(), (v) => Math.max(v, 0)],
    ['ReLU6', new ReLU6(), (v) => Math.min(Math.max(v, 0), 6)],
    ['LeakyReLU', new LeakyReLU(0.1), (v) => (v < 0 ? 0.1 * v : v)],
    ['ELU', new ELU(2), (v) => (v < 0 ? 2 * Math.expm1(v) : v)],
    ['Sigmoid', new Sigmoid(), (v) => 1 / (1 + Math.exp(-v))],
    ['Tanh', new Tanh(), Math.tanh],
    ['SiLU', new SiLU(), (v) => v / (1 + Math.exp(-v))],
    ['Hardsigmoid', new Hardsigmoid(), (v) => Math.min(1, Math.max(0, v / 6 + 0.5))],
    ['Hardswish', new Hardswish(), (v) => v * Math.min(1, Math.max(0, v / 6 + 0.5))],
    ['Softplus', new Softplus(), (v) => Math.log1p(Math.exp(v))],
  ])('%s', (_, module, expected) => {
    close(module.forward(x), x.toArray().map(expected), 4);
  });

  it('GELU and Softmax', () => {
    close(new GELU().forward(tensor([-1, 0, 1])), [-0.158655, 0, 0.841345], 4);
    close(new Softmax().forward(tensor([[0, Math.log(3)]])), [0.25, 0.75]);
  });
});

describe('Preprocess', () => {
  it('takes uint8 [N, H, W, C] to normalized [N, C, H, W]', () => {
    const x = tensorOf('uint8', [1, 1, 2, 3], Uint8Array.from([0, 51, 102, 153, 204, 255]));
    const y = new Preprocess({ mean: [0, 0.2, 0.5], std: [1, 0.5, 0.25] }).forward(x);
    expect([y.dtype, y.shape]).toEqual(['float32', [1, 3, 1, 2]]);
    close(y, [0, 0.6, 0, 1.2, -0.4, 2]);
  });

  it('refuses other pictures and odd statistics', () => {
    const gray = new Preprocess({ mean: [0.5], std: [0.5] });
    expect(() => gray.forward(zeros([1, 8, 8, 3], 'uint8'))).toThrow(
      'Preprocess: expected uint8 [N, H, W, 1]',
    );
    expect(() => gray.forward(zeros([1, 8, 8, 1]))).toThrow('got float32 [1, 8, 8, 1]');
    expect(() => new Preprocess({ mean: [0], std: [0] })).toThrow(
      'Preprocess: expected positive std, got [0]',
    );
    expect(() => new Preprocess({ mean: [0, 0], std: [1] })).toThrow('one mean and one std a channel');
    expect(() => new Preprocess({ mean: [Number.NaN], std: [1] })).toThrow('finite mean');
  });
});

describe('containers', () => {
  it('name their parameters as PyTorch does', () => {
    const network = new Sequential([
      new Linear(2, 2),
      new ReLU(),
      new Residual(new Linear(2, 2), new Sequential([])),
    ]);
    expect(Object.keys(parameterValues(network))).toEqual([
      '0.weight',
      '0.bias',
      '2.body.weight',
      '2.body.bias',
    ]);
    const named = new Sequential({
      a: new Linear(2, 2, { bias: false }),
      b: new Sequential({ c: new Linear(2, 1) }),
    });
    expect(Object.keys(parameterValues(named))).toEqual(['a.weight', 'b.c.weight', 'b.c.bias']);
  });

  it('add the shortcut, and say where it does not fit', () => {
    const x = tensor([[1, 2]]);
    expect(new Residual(new Sequential([])).forward(x).toArray()).toEqual([2, 4]);
    const network = new Sequential({ stage1: new Sequential({ block: new Residual(new Linear(2, 3)) }) });
    expect(() => network.forward(x)).toThrow(
      "stage1.block: expected a shortcut of the body's shape [1, 3], got [1, 2]",
    );
  });

  it('give the path of the module whose input does not fit', () => {
    const network = new Sequential({
      conv1: new Conv2d(1, 4, { kernelSize: 3 }),
      stage: new Sequential({
        conv2: new Conv2d(8, 4, { kernelSize: 3 }),
        pool: new MaxPool2d(9),
        flat: new Flatten(),
      }),
    });
    expect(() => network.forward(zeros([1, 1, 8, 8]))).toThrow(
      'stage.conv2: expected 8 input channels, got 4',
    );
    const small = new Sequential({ stage: new Sequential({ pool: new MaxPool2d(9) }) });
    expect(() => small.forward(zeros([1, 1, 8, 8]))).toThrow(/^stage\.pool: /);
  });
});

describe('initialize', () => {
  const network = (extra: Record<string, Module> = {}) =>
    new Sequential({ a: new Linear(3, 4), ...extra, b: new Linear(4, 2) });

  it('gives the same seed the same values, whatever else is in the network', () => {
    const [one, same, wider] = [network(), network(), network({ more: new Linear(4, 4) })];
    for (const net of [one, same, wider]) initialize(net, 9);
    const weights = (net: Module) => plain(parameterValues(net)['b.weight']);
    expect(plain(parameterValues(same))).toEqual(plain(parameterValues(one)));
    expect(weights(wider)).toEqual(weights(one));
    expect(weights(initialize(network(), 8))).not.toEqual(weights(one));
  });

  it('can leave alone what has a value', () => {
    const net = network();
    const weight = tensor([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
      [1, 1, 1],
    ]);
    (net.namedParameters().get('a.weight') as Parameter).value = weight;
    initialize(net, 1, { blankOnly: true });
    expect(parameterValues(net)['a.weight']).toBe(weight);
    expect(
      parameterValues(net)
        ['b.weight'].toArray()
        .every((v) => v !== 0),
    ).toBe(true);
  });

  const moments = (x: Tensor) => {
    const values = x.toArray();
    const mean = values.reduce((a, b) => a + b) / values.length;
    return { mean, deviation: Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length) };
  };

  it.each([
    ["PyTorch's default", undefined, 1 / Math.sqrt(3 * 200)],
    ['kaimingNormal', kaimingNormal(), Math.sqrt(2 / 200)],
    ['kaimingNormal, fan out', kaimingNormal({ mode: 'fanOut' }), Math.sqrt(2 / 100)],
    ['xavierUniform', xavierUniform(), Math.sqrt(2 / 300)],
    ['xavierNormal', xavierNormal(2), 2 * Math.sqrt(2 / 300)],
    ['normal', normal(0, 0.3), 0.3],
    ['constant', constant(0), 0],
  ])('%s has the deviation of its rule', (_, initializer, deviation) => {
    const { weight } = initialize(new Linear(200, 100, initializer ? { initializer } : {}), 4);
    const actual = moments(weight.value);
    expect(actual.mean).toBeCloseTo(0, 2);
    expect(Math.abs(actual.deviation - deviation)).toBeLessThan(0.02 * deviation + 1e-12);
  });

  it('knows the gains', () => {
    expect(gainOf('leakyRelu', Math.sqrt(5))).toBeCloseTo(Math.sqrt(1 / 3), 12);
    expect(gainOf('tanh')).toBe(5 / 3);
    expect(() => kaimingNormal()([5], new Generator(1))).toThrow('use uniform or zeros');
  });
});

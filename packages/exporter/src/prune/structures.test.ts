import {
  add,
  batchNorm,
  concat,
  conv,
  convTranspose,
  flatten,
  globalAveragePool,
  matMul,
  mul,
  relu,
  resize,
  sigmoid,
  softmax,
  split,
  type Tensor,
  tensorOf,
  trace,
  transpose,
} from '@trainyard/autograd';
import { checkModel, createModel, type Model } from '@trainyard/onnx-ir';
import { digitsNet, initialize } from '@trainyard/trainer';
import { describe, expect, test } from 'vitest';
import { countFlops } from '../analyze/count.ts';
import { exportOnnx } from '../export/export-onnx.ts';
import { maxDifference, run } from '../foreign-models.cases.ts';
import { type ChannelPruningOptions, pruneChannels } from './prune-channels.ts';

/** From -1 to 1. (Our generator would become an input of the graph that is being traced.) */
const noise = (shape: readonly number[], seed: number): Float32Array =>
  Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => {
    const x = Math.sin(i * 12.9898 + seed * 78.233) * 43758.5453;
    return (x - Math.floor(x)) * 2 - 1;
  });

const inputShape = [2, 3, 6, 6];
const input = noise(inputShape, 0);

/** Weights of a network under test, some of whose filters are zero. */
class Weights {
  readonly names = new Map<Tensor, string>();

  /** @param zero these indices along `axis` hold zeros */
  make(name: string, shape: number[], zero: readonly number[] = [], axis = 0): Tensor {
    const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    const data = noise(shape, this.names.size + 1).map((x, i) =>
      zero.includes(Math.floor(i / inner) % shape[axis]!) ? 0 : x,
    );
    const weight = tensorOf('float32', shape, data);
    this.names.set(weight, name);
    return weight;
  }
}

type Network = (x: Tensor, weights: Weights) => Tensor;

function build(network: Network, batch: 'batch' | 2 = 'batch'): Model {
  const weights = new Weights();
  const { graph } = trace(
    ({ x }) => ({ y: network(x!, weights) }),
    { x: { dtype: 'float32', shape: [batch, ...inputShape.slice(1)] } },
    { names: weights.names },
  );
  return createModel(graph);
}

const classify = (x: Tensor, weights: Weights, channels: number): Tensor =>
  matMul(flatten(globalAveragePool(x)), weights.make('classifier', [channels, 4]));

/** Cuts channels that are zero and expects the outputs to stay. */
async function expectSameWithout(
  network: Network,
  channels: Readonly<Record<string, number[]>>,
  batch: 'batch' | 2 = 'batch',
) {
  const model = build(network, batch);
  const { model: pruned, report } = pruneChannels(model, { channels });
  checkModel(pruned);
  const expected = await run(model, input, inputShape);
  expect(maxDifference(await run(pruned, input, inputShape), expected)).toBeLessThan(1e-5);
  // The batch is still open, whatever became constant.
  if (batch === 'batch')
    expect((await run(pruned, input.subarray(0, 108), [1, 3, 6, 6])).length).toBe(expected.length / 2);
  return { pruned, report, dims: dimsOf(pruned) };
}

const dimsOf = ({ graph }: Model) =>
  Object.fromEntries(graph.initializers.map(({ name, data }) => [name, data!.dims]));

describe('channels that are zero go without a trace', () => {
  test('through batch normalization and both branches of a residual sum', async () => {
    const { dims } = await expectSameWithout(
      (x, w) => {
        const stem = relu(conv(x, w.make('stem', [6, 3, 3, 3], [1, 4]), undefined, { pads: [1, 1, 1, 1] }));
        const inner = conv(stem, w.make('inner', [6, 6, 3, 3], [1, 4]), undefined, { pads: [1, 1, 1, 1] });
        const ones = tensorOf('float32', [6], new Float32Array(6).fill(1));
        const zeros = tensorOf('float32', [6], new Float32Array(6));
        const norm = batchNorm(inner, w.make('scale', [6]), zeros, zeros, ones, { epsilon: 1e-5 });
        return classify(add(norm, stem), w, 6);
      },
      { inner: [4, 1] },
    );
    expect(dims).toMatchObject({ stem: [4, 3, 3, 3], inner: [4, 4, 3, 3], scale: [4], classifier: [4, 4] });
  });

  test('through a concatenation, each branch at its own offset, and a split after it', async () => {
    const { dims } = await expectSameWithout(
      (x, w) => {
        const a = conv(x, w.make('a', [5, 3, 1, 1], [0, 3]));
        const b = conv(x, w.make('b', [4, 3, 1, 1], [2]));
        const [head, tail] = split(relu(concat([a, b], 1)), [4, 5], 1);
        return add(classify(head!, w, 4), matMul(flatten(globalAveragePool(tail!)), w.make('other', [5, 4])));
      },
      { a: [0, 3], b: [2] },
    );
    expect(dims).toMatchObject({ a: [3, 3, 1, 1], b: [3, 3, 1, 1], classifier: [2, 4], other: [4, 4] });
  });

  test('through flattening, a channel being a block of columns', async () => {
    const { dims } = await expectSameWithout(
      (x, w) => {
        const y = relu(conv(x, w.make('conv', [4, 3, 3, 3], [1]), undefined, { strides: [2, 2] }));
        return matMul(flatten(y), w.make('classifier', [16, 4]));
      },
      { conv: [1] },
    );
    expect(dims).toMatchObject({ conv: [3, 3, 3, 3], classifier: [12, 4] });
  });

  test('through flattening in NHWC order, a channel being every so many-th column', async () => {
    const { dims } = await expectSameWithout(
      (x, w) => {
        const y = relu(conv(x, w.make('conv', [4, 3, 3, 3], [1]), undefined, { strides: [2, 2] }));
        return matMul(flatten(transpose(y, [0, 2, 3, 1])), w.make('classifier', [16, 4]));
      },
      { conv: [1] },
    );
    expect(dims).toMatchObject({ conv: [3, 3, 3, 3], classifier: [12, 4] });
  });

  test('through depthwise convolution, resizing and transposed convolution', async () => {
    const { dims, pruned } = await expectSameWithout(
      (x, w) => {
        const wide = conv(x, w.make('wide', [6, 3, 1, 1], [5]));
        const deep = conv(wide, w.make('deep', [6, 1, 3, 3], [5]), undefined, { group: 6 });
        const large = resize(deep, { scales: [1, 1, 2, 2], mode: 'nearest' });
        const back = convTranspose(large, w.make('back', [6, 5, 2, 2], [2], 1), undefined, {
          strides: [2, 2],
        });
        return classify(back, w, 5);
      },
      { wide: [5], back: [2] },
    );
    expect(dims).toMatchObject({ wide: [5, 3, 1, 1], deep: [5, 1, 3, 3], back: [5, 4, 2, 2] });
    const groups = pruned.graph.nodes.flatMap(({ attributes }) =>
      [...attributes].filter(([name]) => name === 'group'),
    );
    expect(groups.map(([, attribute]) => attribute)).toContainEqual({ kind: 'int', value: 5 });
  });

  test('through resizing to sizes that name the channels', async () => {
    const { dims } = await expectSameWithout(
      (x, w) => {
        const y = conv(x, w.make('conv', [6, 3, 1, 1], [2]));
        return classify(resize(y, { sizes: [2, 6, 9, 8], mode: 'linear' }), w, 6);
      },
      { conv: [2] },
      2,
    );
    expect(dims).toMatchObject({ conv: [5, 3, 1, 1], classifier: [5, 4] });
  });

  test('through a gate of a squeeze-and-excitation block', async () => {
    const { dims } = await expectSameWithout(
      (x, w) => {
        const y = conv(x, w.make('conv', [6, 3, 3, 3], [0, 2]));
        const squeezed = relu(conv(globalAveragePool(y), w.make('squeeze', [3, 6, 1, 1], [1])));
        const gate = sigmoid(conv(squeezed, w.make('excite', [6, 3, 1, 1])));
        return classify(mul(y, gate), w, 6);
      },
      { conv: [0, 2], squeeze: [1] },
    );
    expect(dims).toMatchObject({ conv: [4, 3, 3, 3], squeeze: [2, 4, 1, 1], excite: [4, 2, 1, 1] });
  });

  test('through grouped convolution, where a group goes whole', async () => {
    const { dims, report } = await expectSameWithout(
      (x, w) => {
        const wide = conv(x, w.make('wide', [6, 3, 1, 1], [2, 3]));
        const grouped = conv(wide, w.make('grouped', [9, 2, 3, 3], [3, 4, 5]), undefined, { group: 3 });
        return classify(grouped, w, 9);
      },
      { wide: [2] },
    );
    expect(dims).toMatchObject({ wide: [4, 3, 1, 1], grouped: [6, 2, 3, 3], classifier: [6, 4] });
    expect(report.layers.map(({ weight, cut }) => [weight, cut])).toEqual([
      ['wide', [2, 3]],
      ['grouped', [3, 4, 5]],
      ['classifier', []],
    ]);
  });
});

const plain: Network = (x, w) => {
  const a = relu(conv(x, w.make('a', [8, 3, 3, 3])));
  const b = relu(conv(a, w.make('b', [12, 8, 3, 3])));
  return classify(b, w, 12);
};
const prune = (network: Network, options: ChannelPruningOptions) => pruneChannels(build(network), options);

test('the least important channels go first', () => {
  const { report } = prune((x, w) => classify(relu(conv(x, w.make('a', [8, 3, 3, 3], [2, 5]))), w, 8), {
    ratio: 0.25,
  });
  expect(report.layers[0]!.cut).toEqual([2, 5]);
});

test('by the scale of batch normalization, where that is asked for', () => {
  const network: Network = (x, w) => {
    const a = conv(x, w.make('a', [4, 3, 3, 3], [1]));
    const scale = tensorOf('float32', [4], Float32Array.of(1, 2, 0.01, -3));
    const [zeros, ones] = [new Float32Array(4), new Float32Array(4).fill(1)].map((x) =>
      tensorOf('float32', [4], x),
    );
    return classify(relu(batchNorm(a, scale, zeros!, zeros!, ones!, { epsilon: 1e-5 })), w, 4);
  };
  const cut = (criterion: 'l1' | 'l2' | 'bn-scale') =>
    prune(network, { ratio: 0.25, criterion }).report.layers[0]!.cut;
  expect([cut('bn-scale'), cut('l2'), cut('l1')]).toEqual([[2], [1], [1]]);
});

test.each([0.1, 0.4, 0.7])('at least the asked share of the FLOPs goes, and hardly more: %s', (share) => {
  const model = build(plain);
  const { model: pruned, report } = pruneChannels(model, { flopsReduction: share, divisor: 1 });
  const saved = 1 - countFlops(pruned).total / countFlops(model).total;
  expect(saved).toBeGreaterThanOrEqual(share);
  expect(saved).toBeLessThan(share + 0.15);
  expect(report.flops).toEqual({ before: countFlops(model).total, after: countFlops(pruned).total });
});

test('numbers of channels stay multiples of the divisor', () => {
  for (const flopsReduction of [0.2, 0.5, 0.6]) {
    const { a, b } = dimsOf(prune(plain, { flopsReduction, divisor: 4 }).model);
    expect([a![0]! % 4, b![0]! % 4]).toEqual([0, 0]);
  }
});

test('without a divisor, the largest block of channels that will do is kept', () => {
  const wide: Network = (x, w) => {
    const a = relu(conv(x, w.make('a', [32, 3, 3, 3])));
    return classify(relu(conv(a, w.make('b', [48, 32, 3, 3]))), w, 48);
  };
  const { report, model } = prune(wide, { flopsReduction: 0.4 });
  expect(report.divisor).toBe(16);
  expect([dimsOf(model).a![0]! % 16, dimsOf(model).b![0]! % 16]).toEqual([0, 0]);
  expect(prune(plain, { flopsReduction: 0.4 }).report.divisor).toBe(4);
  expect(prune(wide, { flopsReduction: 0.4, divisor: 1 }).report.divisor).toBe(1);
});

test('a layer that is excluded keeps its channels', () => {
  const { report } = prune(plain, { ratio: 0.5, exclude: ['a'] });
  expect(report.layers.map(({ weight, cut, refused }) => [weight, cut.length, refused])).toEqual([
    ['a', 0, 'it is excluded'],
    ['b', 6, undefined],
    ['classifier', 0, expect.stringContaining('an output of the model, "y", depends on it')],
  ]);
});

test('channels that a softmax mixes are not cut, and the report says so', () => {
  const { report } = prune((x, w) => classify(softmax(conv(x, w.make('a', [8, 3, 3, 3])), 1), w, 8), {
    ratio: 0.5,
  });
  expect(report.layers[0]).toMatchObject({
    cut: [],
    refused: expect.stringContaining('(Softmax) mixes all of it'),
  });
});

test('an operator without a rule is not cut around', () => {
  const model = build(plain);
  model.graph.nodes.find(({ opType }) => opType === 'Relu')!.opType = 'Shrink';
  const { report } = pruneChannels(model, { ratio: 0.5, inputShape });
  expect(report.layers[0]!.refused).toMatch(/no rule for Shrink/);
});

test('an exported network keeps its open batch and its input', async () => {
  const network = initialize(digitsNet({ channels: [8, 12, 16] }), 1);
  const model = exportOnnx(network, { input: { height: 8, width: 8, channels: 1 } });
  const { model: pruned } = pruneChannels(model, { flopsReduction: 0.4 });
  expect(countFlops(pruned).total).toBeLessThanOrEqual(0.6 * countFlops(model).total);
  for (const batch of [1, 5])
    expect((await run(pruned, new Uint8Array(64 * batch).fill(7), [batch, 8, 8, 1])).length).toBe(10 * batch);
  expect(pruned.metadata).toEqual(model.metadata);
});

test('what can not be had is refused, with what can', () => {
  expect(() => prune(plain, { flopsReduction: 0.99 })).toThrow(
    /expected at most [\d.]+ % fewer FLOPs, which is what can be cut of this model, got 99.0 %/,
  );
  expect(() => prune(plain, { channels: { classifier: [0] } })).toThrow(
    /0 of classifier: an output of the model/,
  );
  expect(() => prune(plain, { channels: { a: [8] } })).toThrow('channels 0 to 7 of a, got 8');
  expect(() => prune(plain, { channels: { nope: [0] } })).toThrow('weights a,b,classifier, got nope');
  expect(() => prune(plain, { channels: { a: [0, 1, 2, 3, 4, 5, 6, 7] } })).toThrow('a channel left of a');
  expect(() => prune(plain, {})).toThrow('one of flopsReduction, ratio and channels, got 0 of them');
  expect(() => prune(plain, { ratio: 1 })).toThrow('ratio from 0 to 1');
  expect(() => prune(plain, { ratio: 0.5, divisor: 0 })).toThrow('a divisor of 1 or more, got 0');
});

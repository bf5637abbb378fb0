import '@trainyard/testing';
import { createModel, Graph, Node, Value } from '@trainyard/onnx-ir';
import { describe, expect, test } from 'vitest';
import {
  conv,
  crossEntropy,
  flatten,
  gelu,
  gemm,
  maxPool,
  mean,
  mul,
  relu,
  square,
} from '../../ops/index.ts';
import { Generator } from '../../random.ts';
import { type Tensor, tensorOf } from '../../tensor.ts';
import { type Tensors, trace } from '../../trace.ts';
import { scope } from '../../tracer.ts';
import { runPasses } from '../run-passes.ts';
import { convPool } from './conv-pool.ts';
import { cropBeforePool } from './crop-before-pool.ts';
import { cropBeforePools } from './crop-before-pools.ts';
import { lower } from './lower.ts';
import { poolBeforeRelu } from './pool-before-relu.ts';
import { retrace } from './rewrite.ts';
import { sumPoolGradient } from './sum-pool-gradient.ts';
import { expectSameStep, type Loss, operatorsOf, rewritten } from './training-steps.cases.ts';

const generator = new Generator(5);
const normal = (shape: number[]) => generator.normal(shape, 0, 0.5);

/** A bright square on black: in most windows every element is the maximum. */
function square8(batch: number, channels: number, size = 9): Tensor {
  const data = new Float32Array(batch * channels * size * size);
  for (let plane = 0; plane < batch * channels; plane++)
    for (let y = 2; y < 5; y++)
      for (let x = 2 + (plane % 3); x < 6; x++)
        data[(plane * size + y) * size + x] = 0.25 * (1 + (plane % 2));
  return tensorOf('float32', [batch, channels, size, size], data);
}

const square2 = { kernelShape: [2, 2], strides: [2, 2] };
const params = { w: normal([4, 1, 3, 3]), b: normal([4]) };
const data = { x: square8(3, 1) };
const pooledLoss = ({ w, b }: Tensors, { x }: Tensors) => mean(square(maxPool(relu(conv(x, w, b)), square2)));

describe('poolBeforeRelu', () => {
  test('rectifies what is pooled, and its gradient too', () => {
    const { model, of } = rewritten(pooledLoss, params, data, [poolBeforeRelu]);
    expect(of(poolBeforeRelu)).toMatchObject({ changed: 2, refused: [] });
    const types = operatorsOf(model);
    expect(types.indexOf('MaxPool')).toBeLessThan(types.indexOf('Relu'));
    expect(types.indexOf('Gate')).toBeLessThan(types.indexOf('MaxPoolGrad'));
    const gate = model.graph.nodes.find(({ opType }) => opType === 'Gate');
    expect(gate?.outputs[0]?.type?.shape).toEqual([3, 4, 3, 3]);
  });

  test('refuses where the ReLU is read elsewhere', () => {
    const twice = ({ w }: Tensors, { x }: Tensors) => {
      const y = relu(conv(x, w));
      return mul(mean(maxPool(y, square2)), mean(y));
    };
    const { of } = rewritten(twice, { w: params.w }, data, [poolBeforeRelu]);
    expect(of(poolBeforeRelu)).toMatchObject({ changed: 0 });
    expect(of(poolBeforeRelu).refused[0].why).toMatch(/the ReLU before it is read by ReduceMean/);
  });
});

describe('sumPoolGradient', () => {
  test('adds up the gradient before it is scattered', () => {
    const { model, of } = rewritten(pooledLoss, params, data, [poolBeforeRelu, sumPoolGradient]);
    expect(of(sumPoolGradient)).toMatchObject({ changed: 1, refused: [] });
    const sum = model.graph.nodes.find(({ opType }) => opType === 'ReduceSum');
    expect(sum?.inputs[0]?.producer?.opType).toBe('Gate');
  });

  test('refuses sums over a part of a picture', () => {
    const scaled = ({ w }: Tensors, { x }: Tensors) => mean(square(maxPool(mul(x, w), square2)));
    const { of } = rewritten(scaled, { w: normal([1, 1, 9, 1]) }, data, [sumPoolGradient]);
    expect(of(sumPoolGradient).changed).toBe(0);
  });
});

describe('convPool', () => {
  const passes = [poolBeforeRelu, sumPoolGradient, convPool];

  test('makes one convolution whose channels are the places of a window', () => {
    const { model, of } = rewritten(pooledLoss, params, data, passes);
    expect(of(convPool)).toMatchObject({ changed: 2, refused: [] });
    const wide = model.graph.nodes.find(({ opType }) => opType === 'Conv');
    expect(wide?.outputs[0]?.type?.shape).toEqual([3, 16, 3, 3]);
    expect(wide?.inputs[1]?.type?.shape).toEqual([16, 1, 4, 4]);
  });

  test.each<[string, Tensor, (w: Tensor, x: Tensor) => Tensor, RegExp]>([
    [
      'overlapping windows',
      params.w,
      (w, x) => maxPool(conv(x, w), { kernelShape: [3, 3], strides: [2, 2] }),
      /overlap/,
    ],
    [
      'groups',
      normal([4, 1, 3, 3]),
      (w, x) => maxPool(conv(concat2(x), w, undefined, { group: 2 }), square2),
      /groups/,
    ],
    [
      'a gradient of the input',
      params.w,
      (w, x) => maxPool(conv(mul(x, mean(w)), w), square2),
      /its gradient is read by grad\/ConvTranspose/,
    ],
    ['many inputs', normal([4, 16, 3, 3]), (w, x) => maxPool(conv(conv(x, wide), w), square2), /144 inputs/],
  ])('refuses %s', (_, w, forward, why) => {
    const loss = (p: Tensors, { x }: Tensors) => mean(square(forward(p.w, x)));
    const { of } = rewritten(loss, { w }, data, [convPool]);
    expect(of(convPool)).toMatchObject({ changed: 0 });
    expect(of(convPool).refused[0].why).toMatch(why);
  });
});

describe('cropBeforePool', () => {
  const passes = [poolBeforeRelu, sumPoolGradient, cropBeforePool];
  const first = normal([16, 1, 1, 1]);
  const loss = ({ w, b }: Tensors, { x }: Tensors) =>
    mean(square(maxPool(relu(conv(conv(mul(x, mean(w)), first), w, b)), square2)));

  test('leaves out what the pooling drops, in the gradients too', () => {
    const weights = { w: normal([4, 16, 3, 3]), b: normal([4]) };
    const { model, of } = rewritten(loss, weights, { x: square8(2, 1) }, passes);
    // 9 − 3 + 1 = 7 positions, of which the last is dropped.
    expect(of(cropBeforePool)).toMatchObject({ changed: 3, refused: [] });
    const shapes = model.graph.nodes
      .filter(({ opType }) => ['Conv', 'MaxPoolGrad', 'ConvTranspose'].includes(opType))
      .map(({ opType, outputs }) => `${opType} ${outputs[0]?.type?.shape?.join(' ')}`);
    expect(shapes).toContain('Conv 2 4 6 6');
    expect(shapes).toContain('MaxPoolGrad 2 4 6 6');
    expect(shapes).toContain('ConvTranspose 2 16 8 8');
  });

  test('refuses where little is dropped, and windows that overlap', () => {
    const refused = (shape: number[], pooling: typeof square2) =>
      rewritten(
        ({ w }, { x }) => mean(maxPool(conv(x, w), pooling)),
        { w: normal([1, 1, 1, 1]) },
        { x: normal(shape) },
        [cropBeforePool],
      ).of(cropBeforePool);
    expect(refused([1, 1, 101, 101], square2).refused[0].why).toMatch(/only 2.0 % of the positions/);
    expect(refused([1, 1, 9, 9], { kernelShape: [3, 3], strides: [2, 2] }).refused[0].why).toMatch(/overlap/);
    expect(refused([1, 1, 8, 8], square2)).toMatchObject({ changed: 0, refused: [] });
  });
});

describe('cropBeforePools', () => {
  const passes = [poolBeforeRelu, sumPoolGradient, cropBeforePools];
  const weights = { v: normal([4, 1, 3, 3]), a: normal([4]), w: normal([3, 4, 3, 3]), b: normal([3]) };
  const inner = ({ v, a }: Tensors, x: Tensor) => maxPool(relu(conv(x, v, a)), square2);
  const loss = (p: Tensors, { x }: Tensors) =>
    mean(square(maxPool(relu(conv(inner(p, x), p.w, p.b)), square2)));

  test('cuts the input to what is read in the end', async () => {
    // 13 → 11 → 5 → 3 → 1 positions, of which 6 rows and columns read 10.
    const pictures = { x: square8(2, 1, 13) };
    const { model, of } = rewritten(loss, weights, pictures, passes);
    expect(of(cropBeforePools)).toMatchObject({ changed: 2, refused: [] });
    const shapes = model.graph.nodes
      .filter(({ opType }) => ['Slice', 'Conv', 'MaxPoolGrad', 'ConvTranspose', 'Gate'].includes(opType))
      .map(({ opType, outputs }) => `${opType} ${outputs[0]?.type?.shape?.slice(1).join(' ')}`);
    expect(shapes).toEqual([
      'Slice 1 10 10',
      'Conv 4 8 8',
      'Conv 3 2 2',
      'Gate 3 1 1',
      'MaxPoolGrad 3 2 2',
      'ConvTranspose 4 4 4',
      'Gate 4 4 4',
      'MaxPoolGrad 4 8 8',
    ]);
    await expectSameStep(loss, weights, pictures);
  });

  const refusal = (of: Loss, params: Tensors, pictures: Tensors): string | undefined =>
    rewritten(of, params, pictures, passes).of(cropBeforePools).refused[0]?.why;

  test('leaves the input as it is where what would be cut is read otherwise, or its gradient is', () => {
    const x = square8(2, 1, 13);
    const twice: Loss = (p, data) => mul(loss(p, data), mean(square(inner(p, data.x))));
    expect(refusal(twice, weights, { x })).toMatch(/reads what would be cut/);
    const ofInput: Loss = ({ x: pictures, ...p }) => loss(p, { x: pictures });
    expect(refusal(ofInput, { ...weights, x }, {})).toMatch(/^dx.* reads what would be cut/);
  });

  test('has nothing to do where no pooling drops anything', () => {
    const { of } = rewritten(loss, weights, { x: square8(2, 1, 14) }, passes);
    expect(of(cropBeforePools)).toMatchObject({ changed: 0, refused: [] });
  });
});

const wide = normal([16, 1, 3, 3]);
const concat2 = (x: Tensor) => conv(x, tensorOf('float32', [2, 1, 1, 1], Float32Array.of(1, 1)));

describe('lower', () => {
  test('leaves only operators of ONNX', () => {
    const { model } = rewritten(pooledLoss, params, data, [lower('cpu')]);
    expect(model.graph.nodes.map(({ domain }) => domain).filter(Boolean)).toEqual([]);
  });

  test('is skipped where a node is none of our operators', () => {
    const graph = new Graph('g');
    const x = new Value('x', { dtype: 'float32', shape: [1] });
    graph.inputs.push(x);
    const node = new Node('Unheard', [x], [new Value('y')], { name: 'n', domain: 'else' });
    graph.nodes.push(node);
    graph.outputs.push(node.outputs[0]!);
    const [report] = runPasses(createModel(graph), [lower('cpu')]);
    expect(report.skipped).toBe('node "n" (Unheard) is none of our operators');
  });

  test('keeps the names of inputs, outputs, constants and scopes', () => {
    const table = tensorOf('float32', [2], Float32Array.of(1, 2));
    const fn = ({ x }: Tensors) => ({
      y: mul(
        scope('block', () => scope('act', () => gelu(relu(x)))),
        table,
      ),
    });
    const type = { dtype: 'float32', shape: ['n', 2] } as const;
    const { graph } = trace(fn, { x: type }, { lower: false, names: new Map([[table, 'table']]) });
    retrace(graph, new Map(), {});
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['y']);
    expect(graph.initializers.map(({ name }) => name)).toContain('table');
    expect(graph.nodes[0].name).toBe('block/act/Relu');
    expect(graph.nodes.find(({ opType }) => opType === 'Erf')?.name).toBe('block/act/Erf');
  });
});

describe('the optimized step gives the numbers of the eager one', () => {
  const labels = tensorOf('int32', [3], Int32Array.of(0, 2, 1));

  test.each<[string, Parameters<typeof expectSameStep>[0], Tensors, Tensors]>([
    ['pooling on constant background', pooledLoss, params, data],
    [
      'a convolution with strides and padding, windows of 3×2',
      ({ w, b }, { x }) =>
        mean(
          square(
            maxPool(relu(conv(x, w, b, { strides: [1, 2], pads: [2, 1, 1, 2] })), {
              kernelShape: [3, 2],
              strides: [3, 2],
            }),
          ),
        ),
      params,
      { x: square8(3, 1, 12) },
    ],
    [
      'a network of two convolutions, the second with an input gradient',
      (p, { x, y }) => {
        const first = maxPool(relu(conv(x, p.w1, p.b1)), square2);
        const second = maxPool(relu(conv(first, p.w2, p.b2)), square2);
        return crossEntropy(gemm(flatten(second), p.w3), y);
      },
      {
        w1: normal([4, 1, 3, 3]),
        b1: normal([4]),
        w2: normal([8, 4, 2, 2]),
        b2: normal([8]),
        w3: normal([32, 3]),
      },
      { x: square8(3, 1, 12), y: labels },
    ],
    [
      'a convolution of which the pooling drops rows, with padding, strides and dilations',
      ({ first, w, b }, { x }) =>
        mean(
          square(
            maxPool(
              relu(conv(conv(x, first), w, b, { strides: [1, 2], pads: [1, 0, 2, 1], dilations: [2, 1] })),
              {
                kernelShape: [3, 2],
                strides: [3, 2],
              },
            ),
          ),
        ),
      { first: normal([3, 1, 1, 1]), w: normal([4, 3, 3, 3]), b: normal([4]) },
      { x: square8(2, 1, 14) },
    ],
    [
      'overlapping windows',
      ({ w, b }, { x }) =>
        mean(
          square(maxPool(relu(conv(x, w, b)), { kernelShape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })),
        ),
      params,
      data,
    ],
    [
      'pictures large enough for products of their own, with padding, strides and dilations',
      ({ w }, { x }) =>
        mean(
          square(
            maxPool(
              relu(conv(x, w, undefined, { strides: [2, 1], pads: [1, 0, 2, 1], dilations: [1, 2] })),
              square2,
            ),
          ),
        ),
      { w: normal([3, 8, 5, 2]) },
      { x: normal([2, 8, 130, 68]) },
    ],
    [
      'one axis',
      ({ w }, { x }) => mean(square(maxPool(relu(conv(x, w)), { kernelShape: [2], strides: [2] }))),
      { w: normal([4, 2, 3]) },
      { x: normal([3, 2, 11]) },
    ],
  ])('%s', async (_, loss, weights, inputs) => {
    const reports = await expectSameStep(loss, weights, inputs);
    expect(reports.find(({ pass }) => pass === 'poolBeforeRelu')?.changed).toBeGreaterThan(0);
  });
});

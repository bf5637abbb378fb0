import '@trainyard/testing';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { channelBlockOf, compile, toOnnx } from '../../compile/index.ts';
import { valueAndGrad } from '../../grad.ts';
import { interpret } from '../../interpret.ts';
import {
  add,
  BatchNormTraining,
  BatchNormTrainingGrad,
  batchNormTraining,
  ConvWeightGrad,
  conv,
  mean,
  mul,
  Relu,
  relu,
  square,
} from '../../ops/index.ts';
import { Generator } from '../../random.ts';
import type { Tensor } from '../../tensor.ts';
import type { Tensors } from '../../trace.ts';
import { eliminateDeadNodes } from '../eliminate-dead-nodes.ts';
import { blockedConv } from './blocked-conv.ts';
import { operatorsOf, rewritten } from './training-steps.cases.ts';
import { transposedForBlocks } from './transposed-as-conv.ts';

const generator = new Generator(11);
const normal = (shape: number[]) => generator.normal(shape, 0, 0.3);
const same = { pads: [1, 1, 1, 1] };
const passes = [transposedForBlocks(16), blockedConv(16)];
type Forward = (p: Tensors, x: Tensor) => Tensor;

describe('blockedConv', () => {
  const reportOf = (x: number[], w: number[], forward: Forward) =>
    rewritten((p, d) => mean(square(forward(p, d.x))), { w: normal(w) }, { x: normal(x) }, passes).of(
      passes[1],
    );

  test('takes a convolution and the gradient of its input', () => {
    const loss = ({ w, scale }: Tensors, { x }: Tensors) =>
      mean(square(conv(mul(x, scale), w, undefined, same)));
    const weights = { w: normal([48, 32, 3, 3]), scale: normal([32, 1, 1]) };
    const { model, of } = rewritten(loss, weights, { x: normal([2, 32, 6, 5]) }, passes);
    expect(of(passes[1])).toMatchObject({ changed: 2, refused: [] });
    const left = operatorsOf(model);
    expect(left).not.toContain('Conv');
    expect(left).not.toContain('ConvTranspose');
  });

  test('stays in blocks through batch norm, ReLU and sums', () => {
    const inputs = { x: normal([2, 16, 6, 5]), w: normal([16, 16, 3, 3]), s: normal([16]) };
    const norm = (y: Tensor, s: Tensor) => batchNormTraining(y, s, s).y;
    const loss = ({ w, s, x }: Tensors) => {
      const first = relu(norm(conv(x, w, undefined, same), s));
      return mean(square(relu(add(first, norm(conv(first, w, undefined, same), s)))));
    };
    const { model } = rewritten(loss, inputs, {}, [...passes, eliminateDeadNodes]);
    const left = operatorsOf(model);
    for (const { type } of [BatchNormTraining, BatchNormTrainingGrad, Relu, ConvWeightGrad])
      expect(left).not.toContain(type);
    // In: x, its gradient's and the loss's; out: the loss's and the gradient's. One layout of dy for each weight gradient.
    expect(left.filter((type) => type === 'Transpose').length).toBeLessThan(14);
  });

  test.each<[string, number[], number[], Forward, RegExp]>([
    [
      'channels that fill no block',
      [1, 16, 5, 5],
      [24, 16, 3, 3],
      ({ w }, x) => conv(x, w),
      /24 out are no blocks/,
    ],
    ['1×1 kernels', [1, 16, 5, 5], [16, 16, 1, 1], ({ w }, x) => conv(x, w), /a product already/],
    ['groups', [1, 32, 5, 5], [32, 16, 3, 3], ({ w }, x) => conv(x, w, undefined, { group: 2 }), /2 groups/],
    [
      'dilations',
      [1, 16, 9, 9],
      [16, 16, 3, 3],
      ({ w }, x) => conv(x, w, undefined, { dilations: [2, 1] }),
      /dilations/,
    ],
    ['one axis', [1, 16, 9], [16, 16, 3], ({ w }, x) => conv(x, w), /pictures/],
  ])('refuses %s', (_, x, w, forward, why) => {
    expect(reportOf(x, w, forward)).toMatchObject({ changed: 0 });
    expect(reportOf(x, w, forward).refused[0].why).toMatch(why);
  });
});

const cases: [string, Tensors, Forward][] = [
  [
    'two convolutions, strides, a bias',
    { x: normal([2, 16, 9, 10]), w: normal([32, 16, 3, 3]), v: normal([32, 32, 3, 2]), b: normal([32]) },
    ({ w, v, b }, x) => conv(conv(x, w, b, { strides: [2, 1], pads: [1, 0, 1, 2] }), v, undefined, same),
  ],
  [
    'depthwise ones',
    { x: normal([2, 32, 13, 12]), w: normal([32, 1, 3, 3]), v: normal([32, 1, 3, 3]) },
    ({ w, v }, x) => {
      const first = conv(x, w, undefined, { ...same, group: 32 });
      return conv(first, v, undefined, { strides: [2, 2], ...same, group: 32 });
    },
  ],
  [
    'a residual block with batch norm, of one block of channels and of two, means that are large',
    {
      x: normal([3, 16, 9, 8]),
      w: normal([16, 16, 3, 3]),
      v: normal([32, 16, 3, 3]),
      u: normal([32, 16, 1, 1]),
      s: normal([16]),
      t: normal([32]),
    },
    ({ w, v, u, s, t }, x) => {
      const norm = (y: Tensor, scale: Tensor) => batchNormTraining(y, scale, mul(scale, 0.5)).y;
      const first = relu(norm(conv(add(x, 1), add(w, 0.2)), s));
      const block = add(first, norm(conv(first, w, undefined, same), s));
      const halved = { strides: [2, 2] };
      const body = norm(conv(relu(block), v, undefined, { ...halved, ...same }), t);
      return relu(add(body, norm(conv(relu(block), u, undefined, halved), t)));
    },
  ],
];

describe('gives the numbers of the eager step', async () => {
  const block = await channelBlockOf(ort);
  const stepOf = (forward: Forward) => (inputs: Tensors) => {
    const [loss, gradients] = valueAndGrad((p: Tensors) => mean(square(forward(p, p.x))))(inputs);
    return { loss, ...Object.fromEntries(Object.entries(gradients).map(([name, g]) => [`d${name}`, g])) };
  };
  const expectSame = (results: Tensors, expected: Tensors) => {
    for (const [name, tensor] of Object.entries(expected)) {
      const largest = Math.max(...tensor.toArray().map(Math.abs));
      expect(results[name], name).toBeAllClose(tensor, { relative: 1e-4, absolute: 1e-5 * largest });
    }
  };

  test.each(cases)('in our kernels: %s', (_, inputs, forward) => {
    const { model } = rewritten((p) => mean(square(forward(p, p.x))), inputs, {}, passes);
    expectSame(interpret(model.graph, inputs), stepOf(forward)(inputs));
  });

  // Where the processor has no blocked convolutions, the rule never runs.
  test.runIf(block !== undefined).each(cases)('in ONNX Runtime: %s', async (_, inputs, forward) => {
    const step = stepOf(forward);
    const { graph } = toOnnx(step, inputs, { channelBlock: block });
    expect(graph.nodes.some(({ domain }) => domain === 'com.microsoft.nchwc')).toBe(true);
    const run = compile(step, { ort, session: { intraOpNumThreads: 1 } });
    expectSame(await run(inputs), step(inputs));
    expect(run.fallback()).toBeUndefined();
    await run.dispose();
  });
});

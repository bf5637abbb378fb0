import '@trainyard/testing';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { channelBlockOf, compile, toOnnx } from '../../compile/index.ts';
import { valueAndGrad } from '../../grad.ts';
import { interpret } from '../../interpret.ts';
import { conv, fromBlocks, maxPool, mean, mul, relu, square, toBlocks } from '../../ops/index.ts';
import { Generator } from '../../random.ts';
import { type Tensor, tensorOf } from '../../tensor.ts';
import { type Tensors, trace } from '../../trace.ts';
import { blockedConvPool } from './blocked-conv-pool.ts';
import { wideBlockedConvPool } from './conv-pool.ts';
import { poolBeforeRelu } from './pool-before-relu.ts';
import { sumPoolGradient } from './sum-pool-gradient.ts';
import { rewritten } from './training-steps.cases.ts';
import { withinBlocks } from './within-blocks.ts';

const generator = new Generator(7);
const normal = (shape: number[]) => generator.normal(shape, 0, 0.3);
const square2 = { kernelShape: [2, 2], strides: [2, 2] };
const passes = [poolBeforeRelu, sumPoolGradient, blockedConvPool(16), wideBlockedConvPool(16), withinBlocks];

/** Bright squares on black: in many windows every element is the maximum. */
function squares([batch, channels, height, width]: number[]): Tensor {
  const data = new Float32Array(batch * channels * height * width);
  for (let plane = 0; plane < batch * channels; plane++)
    for (let y = 2; y < height - 2; y++)
      for (let x = 2 + (plane % 3); x < 6; x++) data[(plane * height + y) * width + x] = 0.25 * (plane % 5);
  return tensorOf('float32', [batch, channels, height, width], data);
}

type Forward = (p: Tensors, x: Tensor) => Tensor;
const stepOf =
  (forward: Forward, names: readonly string[]) =>
  (inputs: Tensors): Tensors => {
    const { x, ...params } = inputs;
    const [loss, gradients] = valueAndGrad((p: Tensors) => mean(square(forward(p, p.x ?? x))))(
      names.includes('x') ? inputs : params,
    );
    return { loss, ...Object.fromEntries(Object.entries(gradients).map(([name, g]) => [`d${name}`, g])) };
  };

describe('blockedConvPool', () => {
  const params = { w: normal([32, 16, 3, 3]), b: normal([32]) };
  const loss = ({ w, b, scale }: Tensors, { x }: Tensors) =>
    mean(square(maxPool(relu(conv(mul(x, scale), w, b)), square2)));

  test('takes the convolution, its pooling and all gradients', () => {
    const data = { x: normal([2, 16, 9, 8]) };
    const { model, of } = rewritten(loss, { ...params, scale: normal([16, 1, 1]) }, data, passes);
    expect(of(passes[2])).toMatchObject({ changed: 3, refused: [] });
    const types = model.graph.nodes.map(({ opType }) => opType);
    expect(types.filter((type) => type === 'BlockedConv')).toHaveLength(2);
    for (const gone of ['Conv', 'MaxPool', 'MaxPoolGrad', 'ConvTranspose', 'ConvWeightGrad'])
      expect(types).not.toContain(gone);
    // 9 − 3 + 1 = 7 rows, of which the last is dropped.
    const shapes = model.graph.nodes
      .filter(({ opType }) => opType === 'BlockedConv')
      .map(({ outputs }) => outputs[0]?.type?.shape?.join(' '));
    expect(shapes).toEqual(['2 2 6 6 16', '2 1 9 8 16']);
  });

  test('keeps blocks between two of them, the first of few channels', () => {
    const weights = {
      v: normal([32, 1, 3, 3]),
      a: normal([32]),
      w: normal([16, 32, 3, 3]),
    };
    const two = ({ v, a, w }: Tensors, { x }: Tensors) =>
      mean(square(maxPool(relu(conv(maxPool(relu(conv(x, v, a)), square2), w)), square2)));
    const { model, of } = rewritten(two, weights, { x: normal([2, 1, 18, 18]) }, passes);
    expect(of(passes[3])).toMatchObject({ changed: 2 });
    expect(of(passes[4]).changed).toBeGreaterThan(4);
    const relus = model.graph.nodes.filter(({ opType }) => opType === 'Relu' || opType === 'Gate');
    expect(relus.map(({ outputs }) => outputs[0]?.type?.shape?.join(' '))).toEqual([
      '2 2 8 8 16',
      '2 1 3 3 16',
      '2 16 3 3',
      '2 2 8 8 16',
    ]);
    // Around the second pooling, and for the second weight's gradient; none between the two convolutions.
    const turned = model.graph.nodes.filter(
      ({ opType, inputs }) => opType === 'Transpose' && inputs[0]?.type?.shape?.[0] === 2,
    );
    expect(turned.map(({ inputs }) => inputs[0]?.type?.shape?.join(' '))).toEqual([
      '2 1 3 3 16',
      '2 16 3 3',
      '2 2 8 8 16',
      '2 1 6 6 16',
      '2 16 6 6',
    ]);
  });

  test.each<[string, Tensors, (p: Tensors, d: Tensors) => Tensor, RegExp]>([
    [
      'few channels',
      { w: normal([32, 3, 3, 3]) },
      ({ w }, { few }) => maxPool(conv(few, w), square2),
      /3 channels in/,
    ],
    [
      'groups',
      { w: normal([32, 8, 3, 3]) },
      ({ w }, { x }) => maxPool(conv(x, w, undefined, { group: 2 }), square2),
      /groups/,
    ],
    [
      'overlapping windows',
      { w: normal([32, 16, 3, 3]) },
      ({ w }, { x }) => maxPool(conv(x, w), { kernelShape: [3, 3], strides: [2, 2] }),
      /overlap/,
    ],
    [
      'a convolution that is read elsewhere',
      { w: normal([16, 16, 3, 3]) },
      ({ w }, { x }) => {
        const y = conv(x, w);
        return mul(maxPool(y, square2), mean(y));
      },
      /is read by/,
    ],
  ])('refuses %s', (_, weights, forward, why) => {
    const data = { x: normal([2, 16, 9, 9]), few: normal([2, 3, 9, 9]) };
    const { of } = rewritten((p, d) => mean(square(forward(p, d))), weights, data, passes);
    expect(of(passes[2])).toMatchObject({ changed: 0 });
    expect(of(passes[2]).refused[0].why).toMatch(why);
  });
});

const cases: [string, Tensors, Forward, string[]][] = [
  [
    'rows that the pooling drops, on constant background',
    { x: squares([3, 16, 9, 10]), w: normal([32, 16, 3, 3]), b: normal([32]) },
    ({ w, b }, x) => maxPool(relu(conv(x, w, b)), square2),
    ['x', 'w', 'b'],
  ],
  [
    'padding, windows of 3×2',
    { x: squares([2, 32, 11, 12]), w: normal([16, 32, 3, 5]) },
    ({ w }, x) =>
      maxPool(conv(x, w, undefined, { pads: [1, 2, 1, 2] }), { kernelShape: [3, 2], strides: [3, 2] }),
    ['x', 'w'],
  ],
  [
    'strides, and windows that leave out much',
    { x: squares([2, 16, 14, 15]), w: normal([16, 16, 2, 3]), b: normal([16]) },
    ({ w, b }, x) =>
      maxPool(conv(x, w, b, { strides: [2, 1], pads: [0, 1, 1, 0] }), {
        kernelShape: [2, 3],
        strides: [2, 3],
      }),
    ['x', 'w', 'b'],
  ],
  [
    'pictures large enough for products of their own',
    { x: squares([2, 16, 66, 67]), w: normal([16, 16, 3, 3]) },
    ({ w }, x) => maxPool(conv(x, w), square2),
    ['w'],
  ],
  [
    'few channels first, padding and strides, then many',
    {
      x: squares([2, 3, 20, 18]),
      v: normal([32, 3, 3, 2]),
      a: normal([32]),
      w: normal([16, 32, 3, 3]),
      b: normal([16]),
    },
    ({ v, a, w, b }, x) => {
      const y = conv(x, v, a, { strides: [1, 2], pads: [1, 0, 1, 2] });
      return maxPool(relu(conv(relu(maxPool(y, square2)), w, b)), square2);
    },
    ['v', 'a', 'w', 'b'],
  ],
  [
    'kernels of 1×1',
    { x: squares([2, 16, 8, 8]), w: normal([16, 16, 1, 1]) },
    ({ w }, x) => maxPool(conv(x, w), square2),
    ['x', 'w'],
  ],
];

describe('gives the numbers of the eager step', async () => {
  const block = await channelBlockOf(ort);

  test.each(cases)('in our kernels: %s', (_, inputs, forward, names) => {
    const step = stepOf(forward, names);
    const { x, ...params } = inputs;
    const { model } = rewritten(
      (p, d) => mean(square(forward(p, p.x ?? d.x))),
      names.includes('x') ? inputs : params,
      names.includes('x') ? {} : { x },
      passes,
    );
    const results = interpret(model.graph, inputs);
    for (const [name, expected] of Object.entries(step(inputs)))
      expect(results[name], name).toBeAllClose(expected, { relative: 1e-4, absolute: 1e-6 });
  });

  // Where the processor has no blocked convolutions, the rule never runs.
  test.runIf(block !== undefined).each(cases)('in ONNX Runtime: %s', async (_, inputs, forward, names) => {
    const step = stepOf(forward, names);
    const { graph } = toOnnx(step, inputs, { channelBlock: block });
    expect(graph.nodes.some(({ domain }) => domain === 'com.microsoft.nchwc')).toBe(true);
    const run = compile(step, { ort, session: { intraOpNumThreads: 1 } });
    const results = await run(inputs);
    expect(run.fallback()).toBeUndefined();
    for (const [name, expected] of Object.entries(step(inputs))) {
      const largest = Math.max(...expected.toArray().map(Math.abs));
      expect(results[name], name).toBeAllClose(expected, { relative: 1e-4, absolute: 1e-5 * largest });
    }
    await run.dispose();
  });

  test('a probe finds no blocks in a runtime that refuses it', async () => {
    const refusing = {
      Tensor: ort.Tensor,
      InferenceSession: { create: () => Promise.reject(new Error('unknown domain')) },
    };
    expect(await channelBlockOf(refusing as never)).toBeUndefined();
  });
});

test('channels come back from blocks as they were', () => {
  const x = normal([2, 8, 3, 2]);
  const { graph } = trace(({ x }) => ({ y: fromBlocks(toBlocks(x, 4)) }), { x });
  expect(interpret(graph, { x }).y.toArray()).toEqual(x.toArray());
});

import '@trainyard/testing';
import { describe, expect, test } from 'vitest';
import {
  add,
  batchNormTraining,
  conv,
  convTranspose,
  crossEntropy,
  globalAveragePool,
  mean,
  mul,
  relu6,
  reshape,
  square,
  sub,
} from '../../ops/index.ts';
import { Generator } from '../../random.ts';
import { full, type Tensor, tensorOf } from '../../tensor.ts';
import type { Tensors } from '../../trace.ts';
import { alignScalars } from './align-scalars.ts';
import { normOverPictures } from './norm-over-pictures.ts';
import { smallPictures } from './small-pictures.ts';
import { expectSameStep, operatorsOf, rewritten } from './training-steps.cases.ts';
import { transposedAsConv } from './transposed-as-conv.ts';

const generator = new Generator(7);
const normal = (shape: number[], mean = 0) => generator.normal(shape, mean, 0.5);
const same = { pads: [1, 1, 1, 1] };

describe('alignScalars', () => {
  test('gives a number as many axes as the weight of a 1×1 convolution has', () => {
    const loss = ({ w }: Tensors, { x, rate }: Tensors) => mean(square(conv(x, sub(w, mul(w, rate)))));
    const data = { x: normal([2, 3, 4, 4]), rate: full([], 0.1) };
    const { model, of } = rewritten(loss, { w: normal([5, 3, 1, 1]) }, data, [alignScalars]);
    expect(of(alignScalars).changed).toBeGreaterThan(0);
    const factors = model.graph.nodes
      .filter(({ opType, outputs }) => opType === 'Mul' && outputs[0]?.type?.shape?.at(-1) === 1)
      .flatMap(({ inputs }) => inputs.map((input) => input?.type?.shape?.length));
    expect(new Set(factors)).toEqual(new Set([4]));
  });

  test('leaves numbers alone where the tensor ends in a longer axis', () => {
    const loss = ({ w }: Tensors, { x }: Tensors) => mean(conv(x, mul(w, 2)));
    const { of } = rewritten(loss, { w: normal([5, 3, 1, 2]) }, { x: normal([2, 3, 4, 4]) }, [alignScalars]);
    expect(of(alignScalars)).toMatchObject({ changed: 0, refused: [] });
  });
});

describe('transposedAsConv', () => {
  const of = (shape: number[], w: number[], forward: (x: Tensor, w: Tensor) => Tensor) =>
    rewritten(
      (p, { x }) => mean(square(forward(mul(x, p.factor), p.w))),
      { w: normal(w), factor: normal([1]) },
      { x: normal(shape) },
      [transposedAsConv],
    );

  test('the gradient of a depthwise convolution is one too', () => {
    const { model, of: report } = of([2, 3, 5, 5], [3, 1, 3, 3], (x, w) =>
      conv(x, w, undefined, { ...same, group: 3 }),
    );
    expect(report(transposedAsConv)).toMatchObject({ changed: 1, refused: [] });
    expect(operatorsOf(model)).not.toContain('ConvTranspose');
  });

  test.each<[string, number[], number[], (x: Tensor, w: Tensor) => Tensor, RegExp]>([
    [
      'strides',
      [1, 3, 8, 8],
      [4, 3, 3, 3],
      (x, w) => conv(x, w, undefined, { strides: [2, 2] }),
      /strides 2×2/,
    ],
    ['groups', [1, 4, 8, 8], [4, 2, 3, 3], (x, w) => conv(x, w, undefined, { group: 2 }), /2 groups/],
    ['many channels', [1, 3, 8, 8], [32, 3, 3, 3], (x, w) => conv(x, w), /32 channels are enough/],
    ['crops', [1, 3, 8, 8], [3, 4, 1, 1], (x, w) => convTranspose(x, w, undefined, same), /crops more/],
  ])('refuses %s', (_, shape, w, forward, why) => {
    const { of: report } = of(shape, w, forward);
    expect(report(transposedAsConv).refused[0].why).toMatch(why);
  });
});

describe('smallPictures', () => {
  const of = (shape: number[], w: number[], group: number) =>
    rewritten(
      (p, { x }) => mean(square(conv(mul(x, p.factor), p.w, undefined, { group }))),
      { w: normal(w), factor: normal([1]) },
      { x: normal(shape) },
      [smallPictures],
    );

  test.each<[string, number[], number[], number]>([
    ['1×1', [8, 3, 2, 2], [5, 3, 1, 1], 1],
    ['depthwise', [8, 3, 4, 4], [3, 1, 3, 3], 3],
  ])('a %s convolution becomes products over all pictures', (_, shape, w, group) => {
    const { model, of: report } = of(shape, w, group);
    expect(report(smallPictures)).toMatchObject({ changed: 2, refused: [] });
    const left = operatorsOf(model);
    expect(left).toContain('MatMul');
    expect(left).not.toContain('Conv');
    expect(left).not.toContain('ConvTranspose');
  });

  test('refuses large pictures', () => {
    expect(of([1, 3, 9, 9], [5, 3, 1, 1], 1).of(smallPictures).refused[0].why).toMatch(/9×9 are not small/);
    expect(of([1, 3, 12, 12], [3, 1, 3, 3], 3).of(smallPictures).refused[0].why).toMatch(/12×12 are not/);
    expect(of([8, 3, 2, 2], [5, 3, 2, 2], 1).of(smallPictures)).toMatchObject({ changed: 0, refused: [] });
  });
});

describe('normOverPictures', () => {
  const of = (size: number) =>
    rewritten(
      (p, { x }) => mean(square(sub(batchNormTraining(conv(x, p.w), p.s, p.b).y, 1))),
      { w: normal([5, 3, 1, 1]), s: normal([5]), b: normal([5]) },
      { x: normal([8, 3, size, size]) },
      [smallPictures, normOverPictures],
    );

  test('normalizes what is transposed before it is, in long runs', () => {
    const { model, of: report } = of(2);
    expect(report(normOverPictures)).toMatchObject({ changed: 2, refused: [] });
    const shapes = model.graph.nodes
      .filter(({ opType }) => opType.startsWith('BatchNormTraining'))
      .map(({ inputs }) => inputs[0]?.type?.shape);
    expect(shapes).toEqual([
      [1, 5, 32],
      [1, 5, 32],
    ]);
  });

  test('leaves alone what is not transposed', () => {
    expect(of(9).of(normOverPictures)).toMatchObject({ changed: 0, refused: [] });
  });
});

describe('the optimized step gives the numbers of the eager one', () => {
  const labels = tensorOf('int32', [4], Int32Array.of(0, 2, 1, 2));

  /** An inverted residual block: expansion, depthwise convolution, projection. */
  const block =
    (strides: number[], dilations: number[], pads: number[]) =>
    (p: Tensors, { x, y }: Tensors) => {
      const first = conv(x, p.stem);
      const wide = relu6(batchNormTraining(conv(first, p.expand), p.s1, p.b1).y);
      const apart = conv(wide, p.depthwise, p.bias, { strides, dilations, pads, group: 6 });
      const thin = batchNormTraining(conv(relu6(apart), p.project), p.s2, p.b2).y;
      const joined = thin.shape[2] === first.shape[2] ? add(thin, first) : thin;
      return crossEntropy(reshape(globalAveragePool(joined), [-1, 3]), y);
    };
  const weights = () => ({
    stem: normal([3, 2, 1, 1]),
    expand: normal([6, 3, 1, 1]),
    s1: normal([6], 2),
    b1: normal([6], 2),
    depthwise: normal([6, 1, 3, 3]),
    bias: normal([6]),
    project: normal([3, 6, 1, 1]),
    s2: normal([3], 1),
    b2: normal([3]),
  });

  test.each<[string, number, number[], number[], number[]]>([
    ['pictures of 1×1', 1, [1, 1], [1, 1], [1, 1, 1, 1]],
    ['pictures of 4×4', 4, [1, 1], [1, 1], [1, 1, 1, 1]],
    ['pictures of 5×5, strides, uneven padding', 5, [2, 1], [1, 1], [1, 0, 2, 1]],
    ['pictures of 13×13', 13, [1, 1], [1, 1], [1, 1, 1, 1]],
    ['pictures of 14×14, strides', 14, [2, 2], [1, 1], [1, 1, 1, 1]],
    ['pictures of 14×14, dilations, rows in the padding alone', 14, [1, 3], [13, 2], [20, 2, 13, 1]],
  ])('%s', async (_, size, strides, dilations, pads) => {
    await expectSameStep(block(strides, dilations, pads), weights(), {
      x: normal([4, 2, size, size]),
      y: labels,
    });
  });

  test('batch norm of a mean that is large against the deviation', async () => {
    const loss = ({ x, s, b }: Tensors, { target }: Tensors) =>
      mean(square(sub(batchNormTraining(x, s, b).y, target)));
    // In float32, E[x²] − E[x]² would be off by 10 % and more.
    const params = { x: generator.normal([8, 3, 16, 16], 1000, 1), s: normal([3], 1), b: normal([3]) };
    await expectSameStep(loss, params, { target: normal([8, 3, 16, 16]) }, 1e-2);
  });
});

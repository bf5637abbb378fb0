import { runInOrt } from '@trainyard/testing';
import { describe, expect, test } from 'vitest';
import {
  adaptiveAveragePool,
  adaptiveMaxPool,
  averagePool,
  batchNorm,
  Conv,
  type ConvOptions,
  checkGrads,
  conv,
  convTranspose,
  findOp,
  Generator,
  gemm,
  grad,
  groupNorm,
  MatMul,
  matMul,
  maxPool,
  mul,
  ones,
  resize,
  sum,
  type Tensor,
  tensor,
  tensorOf,
  trace,
  zeros,
} from '../index.ts';

/** A picture of one channel. */
const picture = (rows: number[][]): Tensor => tensor([[rows]]);
const gradientOfSum = (fn: (x: Tensor) => Tensor, x: Tensor): number[] =>
  grad((p: Tensor) => sum(fn(p)))(x).toArray();

describe('the first maximum of a window', () => {
  const square = { kernelShape: [2, 2], strides: [2, 2] };

  test('gets the gradient on ties, in row order', () => {
    const flat = picture([
      [0, 0, 3, 7],
      [0, 0, 7, 7],
      [5, 1, 2, 2],
      [5, 5, 2, 2],
    ]);
    expect(gradientOfSum((x) => maxPool(x, square), flat)).toEqual([
      1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0,
    ]);
  });

  test('is counted once for each window that overlaps', () => {
    const x = zeros([1, 1, 3, 3]);
    const overlapping = { kernelShape: [2, 2], strides: [1, 1] };
    expect(gradientOfSum((p) => maxPool(p, overlapping), x)).toEqual([1, 1, 0, 1, 1, 0, 0, 0, 0]);
  });

  test('is inside of the picture where windows reach over the edge', () => {
    const negative = picture([
      [-1, -1],
      [-1, -1],
    ]);
    const around = { kernelShape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceilMode: true };
    expect(maxPool(negative, around).toArray()).toEqual([-1, -1, -1, -1]);
    expect(gradientOfSum((x) => maxPool(x, around), negative)).toEqual([1, 1, 1, 1]);
  });

  test('is what is not a number', () => {
    expect(maxPool(picture([[1, Number.NaN, 3, 2]]), { kernelShape: [1, 4] }).toArray()).toEqual([
      Number.NaN,
    ]);
    expect(maxPool(picture([[Number.NaN, 1]]), { kernelShape: [1, 2] }).toArray()).toEqual([Number.NaN]);
  });
});

test('ceil mode adds a last window, unless it would start behind the picture', () => {
  const shapeOf = (size: number, stride: number) =>
    maxPool(zeros([1, 1, size, size]), {
      kernelShape: [2, 2],
      strides: [stride, stride],
      pads: [1, 1, 1, 1],
      ceilMode: true,
    }).shape.slice(2);
  expect(shapeOf(6, 3)).toEqual([3, 3]);
  expect(shapeOf(5, 3)).toEqual([2, 2]);
});

test('the mean of a window in ceil mode is over what it has of the picture', () => {
  const x = picture([[1, 2, 3, 4, 5]]);
  const options = { kernelShape: [1, 2], strides: [1, 2], ceilMode: true };
  expect(averagePool(x, options).toArray()).toEqual([1.5, 3.5, 5]);
  expect(averagePool(x, { ...options, countIncludePad: true }).toArray()).toEqual([1.5, 3.5, 5]);
});

test('adaptive pooling cuts overlapping parts where sizes do not divide', () => {
  const x = picture([[1, 2, 3, 4, 5]]);
  expect(
    adaptiveAveragePool(x, [1, 3])
      .toArray()
      .map((v) => Math.round(v * 1e4) / 1e4),
  ).toEqual([1.5, 3, 4.5]);
  expect(adaptiveAveragePool(x, [2, 1]).toArray()).toEqual([3, 3]);
  expect(adaptiveAveragePool(x, [1, 1]).toArray()).toEqual([3]);
});

test('group norm has gradients of second order, and runs in ONNX Runtime for any batch', async () => {
  const generator = new Generator(4);
  const x = generator.uniform([2, 4, 3, 2], -1, 1);
  const [scale, bias] = [generator.uniform([4]), generator.uniform([4])];
  checkGrads((...given) => groupNorm(given[0], 2, given[1], given[2]), [x, scale, bias], { order: 2 });
  const { graph } = trace(({ x }) => ({ y: groupNorm(x, 2, scale, bias) }), {
    x: { dtype: 'float32', shape: ['batch', 4, 3, 2] },
  });
  expect((await runInOrt(graph, { x })).y).toBeAllClose(groupNorm(x, 2, scale, bias));
});

test('adaptive maxima are of the same parts; gradients go to the first of equal ones', () => {
  const x = picture([
    [1, 5, 3, 5, 2],
    [4, 5, 6, 0, 7],
    [8, 2, 9, 9, 1],
  ]);
  expect(adaptiveMaxPool(x, [1, 3]).toArray()).toEqual([8, 9, 9]);
  expect(adaptiveMaxPool(x, [2, 2]).toArray()).toEqual([6, 7, 9, 9]);
  expect(adaptiveMaxPool(x, [3, 1]).toArray()).toEqual([5, 7, 9]);
  expect(adaptiveMaxPool(x, [1, 1]).toArray()).toEqual([9]);
  const slope = grad((at: Tensor) => sum(adaptiveMaxPool(at, [1, 2])))(
    picture([
      [0, 3, 1],
      [3, 2, 1],
    ]),
  );
  expect(slope.toArray()).toEqual([0, 2, 0, 0, 0, 0]);
});

test('adaptive pooling has gradients of second order, and runs in ONNX Runtime', async () => {
  const x = new Generator(3).uniform([2, 3, 7, 5], -1, 1);
  for (const pool of [adaptiveAveragePool, adaptiveMaxPool]) {
    checkGrads((at) => mul(pool(at, [3, 2]), pool(at, [3, 2])), [x], { order: 2 });
    const { graph } = trace(({ x }) => ({ y: pool(x, [3, 2]) }), { x });
    expect((await runInOrt(graph, { x })).y).toBeAllClose(pool(x, [3, 2]));
  }
});

test('flops count 2 for a multiply-add', () => {
  const flops = (options: ConvOptions, x: number[], w: number[]) => {
    const y = conv(zeros(x), zeros(w), undefined, options);
    return Conv.definition.flops!([zeros(x), zeros(w)], { group: 1, ...options } as never, [y]);
  };
  expect(flops({}, [1, 3, 5, 5], [4, 3, 3, 3])).toBe(2 * 4 * 9 * 27);
  expect(flops({ group: 3 }, [1, 3, 5, 5], [3, 1, 3, 3])).toBe(2 * 3 * 9 * 9);
  const product = matMul(zeros([2, 3]), zeros([3, 5]));
  expect(MatMul.definition.flops!([zeros([2, 3]), zeros([3, 5])], {}, [product])).toBe(2 * 2 * 3 * 5);
});

test('own operators are found by domain', () => {
  expect(findOp('ConvWeightGrad', 'ai.trainyard')?.definition.lower).toBeTypeOf('function');
  expect(findOp('ConvWeightGrad')).toBeUndefined();
});

describe('errors say what to do', () => {
  const x = zeros([2, 4, 8, 8]);
  test.each<[() => unknown, string]>([
    [
      () => conv(zeros([3, 32]), zeros([8, 3, 3, 3])),
      'conv: expected input [N, C, H, W], got [3, 32]; add a batch dimension',
    ],
    [
      () => conv(x, zeros([8, 3, 3, 3])),
      'conv: expected 3 input channels (1 group of 3), got 4; check the weight [8, 3, 3, 3] and group',
    ],
    [
      () => conv(x, zeros([5, 2, 3, 3]), undefined, { group: 2 }),
      'conv: expected output channels that divide into 2 groups, got 5',
    ],
    [
      () => conv(x, zeros([5, 4, 9, 3])),
      'conv: expected a window of at most 8, the padded input, got 9; pad the input or use a smaller kernel or dilation',
    ],
    [() => conv(x, zeros([5, 4, 3, 3]), zeros([4])), 'conv: expected bias float32[5], got float32[4]'],
    [
      () => conv(x, zeros([5, 4, 3, 3]), undefined, { pads: [1, 1] }),
      'conv: expected pads of 4 integers, at least 0, got [1, 1]',
    ],
    [
      () => conv(tensorOf('int32', [1, 1, 2, 2], new Int32Array(4)), zeros([1, 1, 1, 1])),
      'conv: expected float32 or float64, got int32; cast it first',
    ],
    [
      () => convTranspose(x, zeros([3, 2, 3, 3])),
      'convTranspose: expected weight float32 [4, M/group, kH, kW], got float32[3, 2, 3, 3]',
    ],
    [
      () => convTranspose(x, zeros([4, 2, 3, 3]), undefined, { strides: [2, 2], outputPadding: [2, 1] }),
      'convTranspose: expected output padding less than the stride 2, got 2',
    ],
    [
      () => maxPool(x, { kernelShape: [9, 9] }),
      'maxPool: expected a window of at most 8, the padded input, got 9; pad the input or use a smaller kernel or dilation',
    ],
    [
      () => matMul(zeros([2, 3]), zeros([2, 3])),
      'matMul: expected as many columns on the left as rows on the right, got [2, 3] and [2, 3]; transpose one of them',
    ],
    [
      () => gemm(zeros([2, 3, 4]), zeros([4, 5])),
      'gemm: expected two matrices of one type, got float32[2, 3, 4] and float32[4, 5]; flatten the input to [N, features]',
    ],
    [
      () => batchNorm(x, ones([3]), ones([4]), ones([4]), ones([4])),
      'batchNorm: expected vectors of 4 channels, got float32[3]',
    ],
    [
      () => groupNorm(x, 3, ones([4]), ones([4])),
      'groupNorm: expected input [N, C, …] whose channels divide into 3 groups, got float32[2, 4, 8, 8]',
    ],
    [() => resize(x, { sizes: [4, 4] }), 'resize: expected 4 scales or sizes, got 2'],
  ])('%#', (call, message) => {
    expect(call).toThrow(message);
  });
});

import { expect, test } from 'vitest';
import * as f from '../index.ts';

const x = f.tensor([-2, -0.5, 0, 1, 8], 'float64');
const a = f.tensor([1, 2, 3]);
const b = f.tensor([3, 2, 1]);
const yes = f.tensor([1, 1, 0], 'bool');
const no = f.tensor([1, 0, 0], 'bool');
const each = (fn: (value: number) => number): number[] => x.toArray().map(fn);
const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

// The operators are judged by their cases; here, that a function calls the one of its name, with its defaults.
const calls: readonly [name: string, result: f.Tensor, expected: readonly number[]][] = [
  ['relu', f.relu(x), [0, 0, 0, 1, 8]],
  ['relu6', f.relu6(x), [0, 0, 0, 1, 6]],
  ['leakyRelu', f.leakyRelu(x), each((v) => (v < 0 ? 0.01 * v : v))],
  ['leakyRelu of a slope', f.leakyRelu(x, 0.2), each((v) => (v < 0 ? 0.2 * v : v))],
  ['prelu', f.prelu(x, f.tensor([0.5], 'float64')), each((v) => (v < 0 ? 0.5 * v : v))],
  ['elu', f.elu(x), each((v) => (v < 0 ? Math.expm1(v) : v))],
  ['elu of an alpha', f.elu(x, 2), each((v) => (v < 0 ? 2 * Math.expm1(v) : v))],
  ['sigmoid', f.sigmoid(x), each(sigmoid)],
  ['tanh', f.tanh(x), each(Math.tanh)],
  ['silu', f.silu(x), each((v) => v * sigmoid(v))],
  ['hardSigmoid', f.hardSigmoid(x), each((v) => Math.min(1, Math.max(0, v / 6 + 0.5)))],
  ['hardSwish', f.hardSwish(x), each((v) => v * Math.min(1, Math.max(0, v / 6 + 0.5)))],
  ['softplus', f.softplus(x), each((v) => Math.log1p(Math.exp(v)))],
  ['gelu', f.gelu(x), [-0.04550026, -0.15426877, 0, 0.84134475, 8]],
  ['gelu by tanh', f.gelu(x, 'tanh'), [-0.04540231, -0.15428599, 0, 0.841192, 8]],
  ['clip', f.clip(x, -1, 2), [-1, -0.5, 0, 1, 2]],
  ['clip from below', f.clip(x, -1), [-1, -0.5, 0, 1, 8]],
  ['abs', f.abs(x), each(Math.abs)],
  ['neg', f.neg(x), [2, 0.5, -0, -1, -8]],
  ['sign', f.sign(x), [-1, -1, 0, 1, 1]],
  ['reciprocal', f.reciprocal(f.tensor([-2, 4])), [-0.5, 0.25]],
  ['cos', f.cos(x), each(Math.cos)],
  [
    'logSoftmax',
    f.exp(
      f.logSoftmax(
        f.tensor([
          [0, 0],
          [5, 5],
        ]),
      ),
    ),
    [0.5, 0.5, 0.5, 0.5],
  ],
  ['maximum', f.maximum(a, b), [3, 2, 3]],
  ['minimum', f.minimum(a, 2), [1, 2, 2]],
  ['equal', f.equal(a, b), [0, 1, 0]],
  ['less', f.less(a, b), [1, 0, 0]],
  ['lessOrEqual', f.lessOrEqual(a, b), [1, 1, 0]],
  ['greater', f.greater(a, b), [0, 0, 1]],
  ['greaterOrEqual', f.greaterOrEqual(a, b), [0, 1, 1]],
  ['and', f.and(yes, no), [1, 0, 0]],
  ['or', f.or(yes, no), [1, 1, 0]],
  ['not', f.not(no), [0, 1, 1]],
  ['where', f.where(no, a, b), [1, 2, 1]],
  [
    'argMax',
    f.argMax(
      f.tensor([
        [1, 3, 3],
        [2, 0, 1],
      ]),
      1,
    ),
    [1, 0],
  ],
  ['oneHot', f.oneHot(f.tensor([2, 0], 'int32'), 3), [0, 0, 1, 1, 0, 0]],
  ['tile', f.tile(f.tensor([1, 2]), [2]), [1, 2, 1, 2]],
  ['expand', f.expand(f.tensor([[1], [2]]), [2, 2]), [1, 1, 2, 2]],
  ['gather', f.gather(a, f.tensor([2, 0], 'int64')), [3, 1]],
  ['gatherElements', f.gatherElements(a, f.tensor([2, 2, 0], 'int64')), [3, 3, 1]],
  ['scatterElements', f.scatterElements(a, f.tensor([2], 'int64'), f.tensor([9])), [1, 2, 9]],
  ['identity', f.identity(a), [1, 2, 3]],
  ['onesLike', f.onesLike(a), [1, 1, 1]],
  ['zerosLike', f.zerosLike(a), [0, 0, 0]],
  ['quantizeLinear', f.quantizeLinear(a, f.tensor(0.5), f.tensor(10, 'uint8')), [12, 14, 16]],
  [
    'dequantizeLinear',
    f.dequantizeLinear(f.tensor([12, 10], 'uint8'), f.tensor(0.5), f.tensor(10, 'uint8')),
    [1, 0],
  ],
];

test.each(calls)('%s', (_, result, expected) => {
  expect(result.size).toBe(expected.length);
  result.toArray().forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], 5);
  });
});

test('instanceNorm normalizes each channel of each picture', () => {
  const picture = f.tensor([[[[1, 3]], [[10, 30]]]]);
  const y = f.instanceNorm(picture, f.tensor([1, 2]), f.tensor([0, 5]), { epsilon: 0 });
  expect(y.toArray().map(Math.round)).toEqual([-1, 1, 3, 7]);
});

test('shapes follow the names', () => {
  expect(f.unsqueeze(a, 0).shape).toEqual([1, 3]);
  expect(f.unsqueeze(a, [0, 2]).shape).toEqual([1, 3, 1]);
  expect(f.squeeze(f.unsqueeze(a, [0, 2])).shape).toEqual([3]);
  expect(f.argMax(f.tensor([[1, 3]]), 1, true).shape).toEqual([1, 1]);
  expect(f.flatten(f.zeros([2, 3, 4])).shape).toEqual([2, 12]);
  expect(f.split(f.zeros([2, 5]), [2, 3], 1).map(({ shape }) => shape)).toEqual([
    [2, 2],
    [2, 3],
  ]);
});

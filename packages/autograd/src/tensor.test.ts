import { describe, expect, test } from 'vitest';
import {
  add,
  cast,
  clip,
  concat,
  crossEntropy,
  div,
  dropout,
  equal,
  Generator,
  gather,
  InputError,
  meanSquaredError,
  mul,
  relu,
  reshape,
  slice,
  split,
  squeeze,
  sum,
  Tensor,
  tensor,
  tensorOf,
  transpose,
  where,
  zeros,
} from './index.ts';

describe('tensor', () => {
  test('takes nested numbers, and holds them row by row', () => {
    const x = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect([x.dtype, x.shape, x.size, x.toArray()]).toEqual(['float32', [3, 2], 6, [1, 2, 3, 4, 5, 6]]);
    expect(`${x}`).toBe('Tensor(float32[3, 2])');
    expect(tensor([1, -1], 'int64').data).toEqual(BigInt64Array.of(1n, -1n));
    expect(tensor(3).item()).toBe(3);
  });

  test('a number takes the type of the other operand', () => {
    expect(mul(tensor([3], 'int64'), 2)).toEqual(tensor([6], 'int64'));
    expect(div(1, tensor([4], 'float64')).dtype).toBe('float64');
  });

  test('64-bit whole numbers are exact', () => {
    const big = tensorOf('int64', [1], BigInt64Array.of(2n ** 62n + 1n));
    expect(add(big, big).data[0]).toBe(BigInt.asIntN(64, 2n ** 63n + 2n));
    expect(equal(big, tensorOf('int64', [1], BigInt64Array.of(2n ** 62n))).toArray()).toEqual([0]);
  });
});

describe('errors name what was expected, what came, and what to do', () => {
  const x = zeros([2, 3]);
  test.each<[() => unknown, string]>([
    [() => tensor([[1, 2], [3]]), 'tensor: expected rows of 2, got a row of 1'],
    [
      () => new Tensor({ dtype: 'float32', shape: [2] }, new Float32Array(3)),
      'tensor: expected 2 elements for float32[2], got Float32Array of 3',
    ],
    [() => x.item(), 'tensor.item: expected one element, got float32[2, 3]'],
    [() => add(x, zeros([2])), 'add: expected shapes that broadcast, got [2, 3] and [2]'],
    [
      () => add(x, zeros([2, 3], 'int32')),
      'add: expected two inputs of one type, got float32[2, 3] and int32[2, 3]; cast one of them',
    ],
    [() => relu(zeros([1], 'int32')), 'relu: expected float32 or float64, got int32; cast it first'],
    [
      () => where(x, x, x),
      'where: expected a condition of bools, got float32[2, 3]; compare it with something',
    ],
    [() => reshape(x, [4, 2]), 'reshape: expected a shape of as many elements as [2, 3], got [4, 2]'],
    [() => reshape(x, [-1, 4]), 'reshape: expected a shape of as many elements as [2, 3], got [-1, 4]'],
    [() => squeeze(x, 0), 'squeeze: expected size 1 at axis 0, got float32[2, 3]'],
    [() => transpose(x, [0, 0]), 'transpose: expected an order of axes 0 to 1, got [0, 0]'],
    [() => concat([x, zeros([3, 2])], 0), 'concat: expected tensors that differ in axis 0 only'],
    [() => split(x, [1, 1], 1), 'split: expected sizes that add up to 3, got [1,1]'],
    [
      () => slice(x, [0], [1], [0], [0]),
      'slice: expected as many starts as ends, axes and steps, none of which is 0',
    ],
    [() => sum(x, { axes: 2 }), 'sum: expected an axis from -2 to 1, got 2'],
    [() => gather(x, tensor([2], 'int64')), 'gather: expected indices from -2 to 1, got 2'],
    [() => gather(x, tensor([0])), 'gather: expected indices of int64 or int32, got float32[1]; cast them'],
    [() => meanSquaredError(x, zeros([3, 2])), 'meanSquaredError: expected two tensors of one shape'],
    [
      () => crossEntropy(zeros([3]), zeros([3], 'int32')),
      'crossEntropy: expected logits [N, C], got float32[3]',
    ],
    [() => crossEntropy(x, zeros([3], 'int32')), 'crossEntropy: expected labels [2], got int32[3]'],
    [() => dropout(x, 1, new Generator(1)), 'dropout: expected a rate in [0, 1), got 1'],
  ])('%s', (fn, message) => {
    expect(fn).toThrow(InputError);
    expect(fn).toThrow(message);
  });
});

test('casts and clips keep what fits', () => {
  expect(cast(tensor([1.9, -1.9, 300]), 'int32').toArray()).toEqual([1, -1, 300]);
  expect(cast(tensor([0, 0.5]), 'bool').toArray()).toEqual([0, 1]);
  expect(clip(tensor([-5, 0.5, 5]), undefined, 1).toArray()).toEqual([-5, 0.5, 1]);
});

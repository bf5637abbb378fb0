import { tensor } from '@trainyard/autograd';
import { expect, test } from 'vitest';
import { difference } from './index.ts';

test('tensors are close element by element, and of one shape', () => {
  expect(tensor([1, 2])).toBeAllClose(tensor([1, 2.00001]), { relative: 1e-5 });
  expect(tensor([1, 2])).not.toBeAllClose([1, 2.001]);
  expect(difference(tensor([1, 2]), [1, 2.5])).toBe('element 1 is 2 instead of 2.5');
  expect(difference(tensor([[1, 2]]), tensor([1, 2]))).toBe('shape [1, 2] instead of [2]');
  expect(difference([1], [1, 2])).toBe('1 elements instead of 2');
});

test('NaN and infinity are close to themselves only', () => {
  expect(
    difference([Number.NaN, Number.POSITIVE_INFINITY], [Number.NaN, Number.POSITIVE_INFINITY]),
  ).toBeUndefined();
  expect(difference([Number.NaN], [1])).toBe('element 0 is NaN instead of 1');
  expect(difference([1], [Number.NaN])).toBe('element 0 is 1 instead of NaN');
  expect(difference([1e30], [Number.POSITIVE_INFINITY])).toBe('element 0 is 1e+30 instead of Infinity');
});

import '@trainyard/testing';
import { describe, expect, test } from 'vitest';
import { Generator } from '../random.ts';
import { convWeightGrad } from './conv-weight-grad.ts';
import { isShifted, shiftedWeightGrad } from './shifted-weight-grad.ts';
import { transpose } from './transpose.ts';

const generator = new Generator(5);

describe('shiftedWeightGrad', () => {
  test.each([
    [2, 3, 4, 5, 6, [3, 3]],
    [3, 4, 2, 7, 4, [3, 5]],
    [1, 1, 2, 2, 3, [5, 3]],
  ])('of %i pictures, %i and %i channels, %i×%i, kernel %s', (batch, from, to, height, width, kernel) => {
    const x = generator.normal([batch, from, height, width]);
    const dy = generator.normal([batch, to, height, width]);
    const around = kernel.map((size) => (size - 1) / 2);
    const expected = convWeightGrad(x, dy, kernel, { pads: [...around, ...around] });
    const first = [1, 0, 2, 3];
    const dw = shiftedWeightGrad(transpose(x, first), transpose(dy, first), kernel);
    expect(dw).toBeAllClose(expected, { relative: 1e-4, absolute: 1e-5 });
  });

  test('is for few channels, windows around each element, neither strides nor dilations', () => {
    const same = [1, 1, 1, 1];
    expect(isShifted([16, 8], [3, 3], same, [1, 1])).toBe(true);
    expect(isShifted([16, 32], [3, 3], same, [])).toBe(false);
    expect(isShifted([16, 16], [3, 3], undefined, [])).toBe(false);
    expect(isShifted([16, 16], [1, 1], undefined, [])).toBe(false);
    expect(isShifted([16, 16], [3, 3], same, [2, 1])).toBe(false);
  });
});

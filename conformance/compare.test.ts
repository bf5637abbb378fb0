import { expect, test } from 'vitest';
import { bars, brokenBars } from './bars.ts';
import { compare } from './compare.ts';
import { arithmetics } from './subject.ts';

const floats = (...values: number[]) => Float32Array.from(values);

test('differences, range and top classes', () => {
  const reference = floats(1, 2, -4, 0.5, 0.25, 0);
  expect(compare(reference, reference, 3)).toEqual({ pictures: 2, maxDifference: 0, range: 6, agreeing: 2 });
  expect(compare(floats(1, 2, -4, 0.5, 0.75, 0), reference, 3)).toEqual({
    pictures: 2,
    maxDifference: 0.5,
    range: 6,
    agreeing: 1,
  });
});

test('of equal logits the first is the class, as it is for a runtime', () => {
  expect(compare(floats(1, 1, 0), floats(1, 0.5, 0), 3).agreeing).toBe(1);
  expect(compare(floats(1, 1, 0), floats(0.5, 1, 0), 3).agreeing).toBe(0);
});

test.each([Number.NaN, Infinity, -Infinity])(
  '%s is an infinite difference, whatever the reference',
  (bad) => {
    const { maxDifference } = compare(floats(1, bad), floats(1, 0), 2);
    expect(maxDifference).toBe(Infinity);
  },
);

test('a reference that is no number agrees with nothing', () => {
  const nothing = floats(Number.NaN, Number.NaN);
  expect(compare(nothing, floats(1, 0), 2)).toMatchObject({ maxDifference: Infinity, agreeing: 0 });
});

test('other numbers of logits are an error, not a difference', () => {
  expect(() => compare(floats(1, 2), floats(1, 2, 3, 4), 2)).toThrow('expected 4 logits, 2 a picture, got 2');
  expect(() => compare(floats(1, 2, 3), floats(1, 2, 3), 2)).toThrow('expected 3 logits');
  expect(() => compare(floats(), floats(), 2)).toThrow('expected 0 logits');
});

test.each(arithmetics)('%s: what is within the bar holds, what is beyond it does not', (arithmetic) => {
  const most = bars[arithmetic].difference(10);
  const holding = { pictures: 1000, maxDifference: most, range: 10, agreeing: 999 };
  expect(brokenBars(holding, arithmetic)).toEqual([]);
  expect(brokenBars({ ...holding, maxDifference: most * 1.01 }, arithmetic)).toEqual([
    expect.stringMatching(/^expected logits within .* got a difference of /),
  ]);
  expect(brokenBars({ ...holding, agreeing: 998 }, arithmetic)).toEqual([
    'expected the top class of 99.9 % of the pictures, got it for 998 of 1000',
  ]);
  expect(brokenBars({ ...holding, maxDifference: Infinity, agreeing: 0 }, arithmetic)).toHaveLength(2);
});

test('one of the digits in another class is too many', () => {
  const digits = { pictures: 359, maxDifference: 0, range: 10, agreeing: 358 };
  expect(brokenBars(digits, 'int8')).toHaveLength(1);
});

import { expect, test } from 'vitest';
import { InputError } from '../errors.ts';
import { randomNumbers } from '../testing/random-numbers.cases.ts';
import { populationStability } from './population-stability.ts';
import { chiSquaredTail } from './special-functions.ts';

test('the index of shares whose logarithms are known', () => {
  // (1/4 − 1/2) ln(1/2) + (3/4 − 1/2) ln(3/2) = ln(3) / 4
  expect(populationStability([50, 50], [25, 75]).index).toBeCloseTo(Math.log(3) / 4, 14);
  expect(populationStability([25, 75], [50, 50]).index).toBeCloseTo(Math.log(3) / 4, 14);
  // Twice (1/2 − 1/4) ln 2 on one side, and twice (1/8 − 1/4) ln(1/2) on the other.
  expect(populationStability([1, 1, 1, 1], [4, 1, 1, 2]).index).toBeCloseTo(Math.LN2 * 0.5, 14);
  expect(populationStability([3, 4, 5], [30, 40, 50])).toEqual({ index: 0, pValue: 1 });
});

test('a bin that only one side has counts as a ten-thousandth, one that none has for nothing', () => {
  const { index } = populationStability([100, 0], [50, 50]);
  expect(index).toBeCloseTo(0.5 * Math.LN2 + (0.5 - 1e-4) * Math.log(5000), 12);
  expect(populationStability([60, 0, 40], [40, 0, 60])).toEqual(populationStability([60, 40], [40, 60]));
});

test('where nothing has moved, the index is (B − 1)(1/N + 1/M) on average, and p-values are even', () => {
  const draw = randomNumbers(1);
  const bins = (count: number) => {
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < count; i++) counts[Math.floor(draw() * 10)] += 1;
    return counts;
  };
  const trials = Array.from({ length: 2000 }, () => populationStability(bins(1000), bins(400)));
  const mean = trials.reduce((sum, { index }) => sum + index, 0) / trials.length;
  expect(mean / (9 * (1 / 1000 + 1 / 400))).toBeGreaterThan(0.95);
  expect(mean / (9 * (1 / 1000 + 1 / 400))).toBeLessThan(1.1);
  for (const level of [0.01, 0.05, 0.5]) {
    const share = trials.filter(({ pValue }) => pValue < level).length / trials.length;
    expect(Math.abs(share - level)).toBeLessThan(4 * Math.sqrt((level * (1 - level)) / 2000) + 0.002);
  }
});

test('few values in many bins are seldom taken for a move', () => {
  const draw = randomNumbers(2);
  const bins = (count: number) => {
    const counts = new Array<number>(30).fill(0);
    for (let i = 0; i < count; i++) counts[Math.floor(draw() ** 3 * 30)] += 1;
    return counts;
  };
  const trials = Array.from({ length: 2000 }, () => populationStability(bins(2000), bins(50)).pValue);
  const share = trials.filter((pValue) => pValue < 0.05).length / trials.length;
  expect(share).toBeLessThan(0.05 + 4 * Math.sqrt((0.05 * 0.95) / 2000));
});

// R. Fisher's data on the criminality of twins (Statistical Methods for Research Workers, section 21.01): of 13 twins
// 10 and 3, of 17 twins 2 and 15; chi-squared is 13.032 without correction.
test("the p-value is that of Pearson's chi-squared", () => {
  const { pValue } = populationStability([10, 3], [2, 15]);
  expect(pValue).toBeCloseTo(chiSquaredTail(13.032, 1), 6);
});

test('what are no bins is refused', () => {
  for (const [a, b] of [
    [[1], [1, 2]],
    [[], []],
    [
      [0, 0],
      [1, 1],
    ],
    [
      [1, 1],
      [0, 0],
    ],
    [
      [1, -1],
      [1, 1],
    ],
    [
      [1, 0.5],
      [1, 1],
    ],
  ])
    expect(() => populationStability(a, b)).toThrow(InputError);
});

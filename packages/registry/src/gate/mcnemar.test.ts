import { expect, test } from 'vitest';
import { InputError } from '../errors.ts';
import { type McNemarMethod, mcnemar } from './mcnemar.ts';

// Hyper-responsiveness of airways before and after transplantation (Bentur et al. 2009): the worked example of
// Fagerland, Lydersen and Laake 2013, with their p-values. Discordant pairs: 7 and 1.
test.each<[McNemarMethod, number]>([
  ['exact', 0.0703],
  ['mid-p', 0.0391],
  ['chi-squared', 0.0771],
  ['auto', 0.0703],
])('the example of Fagerland et al., %s', (method, pValue) => {
  expect(mcnemar(7, 1, method).pValue).toBeCloseTo(pValue, 4);
  expect(mcnemar(1, 7, method).pValue).toBe(mcnemar(7, 1, method).pValue);
});

// Approval of a prime minister, two surveys of the same 1,600 people (A. Agresti, Categorical Data Analysis, table 10.1):
// 150 and 86 changed their mind. (150 − 86)² / 236 = 17.36 without correction; with it 63² / 236.
test("Agresti's example", () => {
  const { statistic, pValue, method } = mcnemar(150, 86);
  expect(method).toBe('chi-squared');
  expect(statistic).toBeCloseTo(3969 / 236, 12);
  expect(pValue).toBeCloseTo(4.115e-5, 7);
});

test('few pairs, against all ways in which they can fall', () => {
  for (let pairs = 1; pairs <= 12; pairs++)
    for (let b = 0; b <= pairs; b++) {
      const away = Math.abs(2 * b - pairs);
      let [further, same] = [0, 0];
      for (let ways = 0; ways < 1 << pairs; ways++) {
        const ones = ways.toString(2).replaceAll('0', '').length;
        const distance = Math.abs(2 * ones - pairs);
        if (distance > away) further += 1;
        if (distance === away) same += 1;
      }
      const all = 2 ** pairs;
      expect(mcnemar(b, pairs - b, 'exact').pValue).toBeCloseTo((further + same) / all, 12);
      // Half of what was seen counts; in the middle, what was seen is one outcome and not two.
      const midP = away === 0 ? 1 : (further + same / 2) / all;
      expect(mcnemar(b, pairs - b, 'mid-p').pValue).toBeCloseTo(midP, 12);
    }
});

test('chi-squared takes over where it is near the exact test', () => {
  expect([mcnemar(12, 12).method, mcnemar(12, 13).method]).toEqual(['exact', 'chi-squared']);
  for (const [b, c] of [
    [8, 17],
    [13, 27],
    [80, 120],
    [500, 560],
  ]) {
    const difference = mcnemar(b, c, 'chi-squared').pValue - mcnemar(b, c, 'exact').pValue;
    expect(Math.abs(difference)).toBeLessThan(0.004);
  }
});

test('equal models, and what is no count', () => {
  expect([mcnemar(0, 0), mcnemar(5, 5), mcnemar(50, 50)].map(({ pValue }) => pValue)).toEqual([1, 1, 1]);
  expect(() => mcnemar(-1, 2)).toThrow(InputError);
  expect(() => mcnemar(0.5, 2)).toThrow(InputError);
  expect(() => mcnemar(1, 2, 'other' as McNemarMethod)).toThrow('one of auto, exact, mid-p, chi-squared');
});

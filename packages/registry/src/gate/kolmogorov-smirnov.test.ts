import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from '../errors.ts';
import { randomNumbers } from '../testing/random-numbers.cases.ts';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts';

/** Of two samples of n, how likely a distance of at least k/n is (B. Gnedenko, V. Korolyuk 1951), exactly. */
function exactTail(n: number, k: number): number {
  // C(2n, n − jk) / C(2n, n) = Π over i of (n − jk + i) / (n + i)
  const ratio = (m: number) =>
    Array.from({ length: m }, (_, i) => (n - m + i + 1) / (n + i + 1)).reduce((a, b) => a * b, 1);
  let sum = 0;
  for (let j = 1; j * k <= n; j++) sum += (j % 2 === 1 ? 2 : -2) * ratio(j * k);
  return sum;
}

/** Two samples of n whose distance is k/n. */
function apart(n: number, k: number) {
  const a = Array.from({ length: n }, (_, i) => i);
  const b = a.map((_, i) => i + k - 0.5);
  return kolmogorovSmirnov(a, b);
}

test('the exact distribution that the next test relies on, against all interleavings of two samples of 5', () => {
  const counts = new Array<number>(6).fill(0);
  let all = 0;
  for (let way = 0; way < 1 << 10; way++) {
    const bits = Array.from({ length: 10 }, (_, i) => (way >> i) & 1);
    if (bits.reduce((x, y) => x + y, 0) !== 5) continue;
    const places = (bit: number) => bits.flatMap((b, i) => (b === bit ? [i] : []));
    const { statistic } = kolmogorovSmirnov(places(0), places(1));
    all += 1;
    for (let k = 0; k <= Math.round(statistic * 5); k++) counts[k] += 1;
  }
  for (let k = 1; k <= 5; k++) expect(counts[k] / all).toBeCloseTo(exactTail(5, k), 12);
});

test.each([[10], [20], [50], [200]])('p-values of two samples of %i are near the exact ones', (n) => {
  for (let k = 1; k <= n; k++) {
    const { statistic, pValue } = apart(n, k);
    expect(statistic).toBeCloseTo(k / n, 12);
    const exact = exactTail(n, k);
    if (exact < 0.2) expect(Math.abs(pValue - exact)).toBeLessThan(0.1 * exact + 0.12 / n);
  }
});

// F. Massey, Journal of the American Statistical Association 46, 1951: 5 % points of two samples of 10 and of 40.
test('a published table: 7 of 10 is beyond 5 %, and 6 is not', () => {
  expect(apart(10, 7).pValue).toBeLessThan(0.05);
  expect(apart(10, 6).pValue).toBeGreaterThan(0.05);
});

test('the statistic is the largest distance at any value, with ties, in any order', () => {
  const sample = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(sample, sample, (a, b) => {
      const share = (values: number[], x: number) =>
        values.filter((value) => value <= x).length / values.length;
      const distances = [...a, ...b].map((x) => Math.abs(share(a, x) - share(b, x)));
      const { statistic, pValue } = kolmogorovSmirnov(a, b);
      expect(statistic).toBeCloseTo(Math.max(...distances), 12);
      expect(kolmogorovSmirnov(b, a)).toEqual({ statistic, pValue });
      expect(pValue >= 0 && pValue <= 1).toBe(true);
    }),
  );
});

test('samples of one distribution are seldom apart, with and without ties', () => {
  const draw = randomNumbers(3);
  for (const round of [(x: number) => x, (x: number) => Math.floor(x * 8)]) {
    const sample = (n: number) => Array.from({ length: n }, () => round(draw()));
    const trials = Array.from({ length: 1000 }, () => kolmogorovSmirnov(sample(150), sample(70)).pValue);
    const share = trials.filter((pValue) => pValue < 0.05).length / trials.length;
    expect(share).toBeLessThan(0.05 + 4 * Math.sqrt((0.05 * 0.95) / 1000));
  }
});

test('what is no sample is refused', () => {
  expect(() => kolmogorovSmirnov([], [1])).toThrow('first sample: expected values, got none');
  expect(() => kolmogorovSmirnov([1], [1, Number.NaN])).toThrow(
    'second sample: expected finite numbers, got NaN at place 1',
  );
  expect(() => kolmogorovSmirnov([1], [Number.POSITIVE_INFINITY])).toThrow(InputError);
});

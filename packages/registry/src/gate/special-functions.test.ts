import { expect, test } from 'vitest';
import { chiSquaredTail, fairCoins, fairCoinsAtMost, kolmogorovTail, logGamma } from './special-functions.ts';

test('logGamma is ln (n − 1)! at whole numbers, and ln √π at a half', () => {
  let factorial = 1;
  for (let n = 1; n <= 20; n++) {
    expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 11);
    factorial *= n;
  }
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 13);
});

// Percentage points of chi-squared: Abramowitz & Stegun, table 26.8.
test.each([
  [1, 0.5, 0.454936],
  [1, 0.05, 3.84146],
  [1, 0.01, 6.6349],
  [1, 0.001, 10.8276],
  [2, 0.05, 5.99146],
  [5, 0.05, 11.0705],
  [9, 0.025, 19.0228],
  [10, 0.01, 23.2093],
  [30, 0.95, 18.4926],
  [100, 0.05, 124.342],
])('chi-squared of %i degrees of freedom has a tail of %f at %f', (freedom, tail, x) => {
  expect(chiSquaredTail(x, freedom) / tail).toBeCloseTo(1, 4);
});

test('chi-squared of even degrees is a sum of Poisson terms, into the far tail', () => {
  for (const [x, freedom] of [
    [0.1, 2],
    [7, 8],
    [50, 4],
    [300, 20],
  ]) {
    let [term, sum] = [1, 1];
    for (let j = 1; j < freedom / 2; j++) {
      term *= x / 2 / j;
      sum += term;
    }
    expect(chiSquaredTail(x, freedom) / (Math.exp(-x / 2) * sum)).toBeCloseTo(1, 11);
  }
  expect([chiSquaredTail(0, 3), chiSquaredTail(Number.POSITIVE_INFINITY, 3)]).toEqual([1, 0]);
});

test('fair coins, against whole numbers counted exactly', () => {
  const row = (n: number) => {
    const counts = [1n];
    for (let k = 1; k <= n; k++) counts.push((counts[k - 1] * BigInt(n - k + 1)) / BigInt(k));
    return counts;
  };
  const share = (count: bigint, n: number) => Number((count * 10n ** 18n) / (1n << BigInt(n))) / 1e18;
  for (const n of [1, 2, 7, 24, 100, 400]) {
    let sum = 0n;
    for (const [k, count] of row(n).entries()) {
      sum += count;
      expect(fairCoins(k, n)).toBeCloseTo(share(count, n), 12);
      expect(fairCoinsAtMost(k, n)).toBeCloseTo(share(sum, n), 12);
    }
  }
});

// N. Smirnov, Table for estimating the goodness of fit of empirical distributions, 1948.
test.each([
  [0.5, 0.963945],
  [0.82757, 0.5],
  [1.0, 0.27],
  [1.2238, 0.1],
  [1.3581, 0.05],
  [1.6276, 0.01],
  [1.9495, 0.001],
])("Kolmogorov's distribution at %f has a tail of %f", (x, tail) => {
  expect(kolmogorovTail(x)).toBeCloseTo(tail, 4);
});

test("the two series of Kolmogorov's distribution meet", () => {
  expect(kolmogorovTail(1.18 - 1e-12)).toBeCloseTo(kolmogorovTail(1.18), 10);
  expect([kolmogorovTail(0), kolmogorovTail(0.05), kolmogorovTail(40)]).toEqual([1, 1, 0]);
});

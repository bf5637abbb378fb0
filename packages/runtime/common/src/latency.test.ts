import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LatencyHistogram } from './latency.ts';

test('quantiles are within 1 % of the exact ones', () => {
  const times = fc.array(fc.double({ min: 0.002, max: 1e5, noNaN: true }), { minLength: 1, maxLength: 600 });
  fc.assert(
    fc.property(times, fc.constantFrom(0, 0.5, 0.95, 1), (values, q) => {
      const histogram = new LatencyHistogram();
      for (const value of values) histogram.record(value, 2);
      const sorted = [...values].sort((a, b) => a - b);
      const exact = sorted[Math.max(0, Math.ceil(q * values.length) - 1)]!;
      expect(Math.abs(histogram.quantile(q) / exact - 1)).toBeLessThan(0.0101);
      expect(histogram.figures()).toMatchObject({ runs: values.length, pictures: 2 * values.length });
      expect(histogram.figures().max).toBe(sorted.at(-1));
    }),
  );
});

test('has no figures without runs, and none after a reset', () => {
  const histogram = new LatencyHistogram();
  const empty = { runs: 0, pictures: 0, mean: Number.NaN, p50: Number.NaN, p95: Number.NaN, max: Number.NaN };
  expect(histogram.figures()).toEqual(empty);
  histogram.record(3, 1);
  expect(histogram.figures().mean).toBe(3);
  histogram.reset();
  expect(histogram.figures()).toEqual(empty);
});

test('times below a microsecond and above an hour are counted at the ends', () => {
  const histogram = new LatencyHistogram();
  histogram.record(0, 1);
  histogram.record(1e9, 1);
  expect(histogram.quantile(0.1)).toBeLessThan(0.0011);
  expect(histogram.quantile(1)).toBeGreaterThan(3.5e6);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Histogram } from './histogram.ts';

const numbers = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 40 });

describe('Histogram', () => {
  test('knows the least and the greatest number', () => {
    fc.assert(
      fc.property(numbers, (xs) => {
        const histogram = new Histogram(16);
        for (const x of xs) histogram.add([x]);
        const range = histogram.middle(1);
        expect(range.min).toBe(Math.min(...xs));
        expect(range.max).toBe(Math.max(...xs));
      }),
    );
  });

  test('does not depend on the order or on the batches', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0.5, max: 1, noNaN: true }), (xs, share) => {
        const [one, other] = [new Histogram(16), new Histogram(16)];
        one.add(xs);
        for (const x of [...xs].reverse()) other.add([x]);
        expect(other.middle(share)).toEqual(one.middle(share));
        expect(other.width).toBe(one.width);
      }),
    );
  });

  test('a percentile is right within one bin', () => {
    const xs = Float32Array.from({ length: 10_001 }, (_, i) => (i - 5000) / 1000);
    const histogram = new Histogram(2048);
    for (let i = 0; i < xs.length; i += 1000) histogram.add(xs.subarray(i, i + 1000));
    const { min, max } = histogram.middle(0.9);
    expect(Math.abs(min + 4.5)).toBeLessThan(histogram.width);
    expect(Math.abs(max - 4.5)).toBeLessThan(histogram.width);
  });

  test('rare outliers do not widen the middle', () => {
    const histogram = new Histogram();
    histogram.add(Float32Array.from({ length: 100_000 }, (_, i) => (i % 100) / 100));
    histogram.add([1000, -1000]);
    const { min, max } = histogram.middle(0.9999);
    expect(max).toBeLessThan(2);
    expect(min).toBeGreaterThan(-2);
    expect(histogram.middle(1)).toEqual({ min: -1000, max: 1000 });
  });

  test('nothing but zeros is a range of zero', () => {
    const histogram = new Histogram();
    histogram.add(new Float32Array(5));
    expect(histogram.middle(0.999)).toEqual({ min: 0, max: 0 });
  });

  test('reports numbers that are not finite', () => {
    expect(new Histogram().add([1, Number.NaN])).toBe(false);
    expect(new Histogram().add([1, Infinity])).toBe(false);
  });
});

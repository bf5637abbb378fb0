import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distinctDraws, draw, gridOf } from './sample.ts';
import type { Range } from './space.ts';

const seed = fc.nat();
const scale = fc.constantFrom('linear' as const, 'log' as const);
const ranges = fc
  .tuple(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 10_000 }), scale, fc.boolean())
  .map(([min, width, scale, integer]): Range => ({ min, max: min + width, scale, integer }));

/** Draws 0 to 2,000 of one range. */
const many = (range: Range): number[] =>
  Array.from({ length: 2000 }, (_, i) => draw({ x: range }, 7, i).x as number);

/** The largest distance of the share of values up to each value from that of an even spread (Kolmogorov's D). */
function unevenness(places: readonly number[]): number {
  const sorted = [...places].sort((a, b) => a - b);
  return Math.max(...sorted.map((place, i) => Math.abs((i + 0.5) / sorted.length - place)));
}

describe('draw', () => {
  test('gives settings inside of their ranges, whole where they are to be', () => {
    fc.assert(
      fc.property(ranges, seed, fc.nat(1000), (range, seed, index) => {
        const value = draw({ x: range }, seed, index).x as number;
        expect(value).toBeGreaterThanOrEqual(range.min);
        expect(value).toBeLessThanOrEqual(range.max);
        if (range.integer) expect(Number.isInteger(value)).toBe(true);
      }),
    );
  });

  test('another path, or another order of them, changes no setting', () => {
    fc.assert(
      fc.property(ranges, ranges, seed, fc.nat(1000), (a, b, seed, index) => {
        const both = draw({ a, b }, seed, index);
        expect(draw({ b, a }, seed, index)).toEqual(both);
        expect(draw({ a }, seed, index)).toEqual({ a: both.a });
      }),
    );
  });

  // For 2,000 even draws, D is above 0.0437 once in a thousand times; the draws are always the same ones.
  test('spreads evenly: in the numbers, or in their logarithms', () => {
    expect(unevenness(many({ min: 2, max: 5 }).map((x) => (x - 2) / 3))).toBeLessThan(0.0437);
    const logs = many({ min: 1e-5, max: 1, scale: 'log' }).map((x) => (Math.log10(x) + 5) / 5);
    expect(unevenness(logs)).toBeLessThan(0.0437);
  });

  test('gives each whole number its share, that of the logarithm too', () => {
    const shares = (range: Range) => {
      const drawn = many({ ...range, integer: true });
      return [1, 2, 3, 4].map((k) => drawn.filter((x) => x === k).length / drawn.length);
    };
    for (const share of shares({ min: 1, max: 4 })) expect(share).toBeCloseTo(0.25, 1);
    shares({ min: 1, max: 4, scale: 'log' }).forEach((share, i) => {
      expect(Math.abs(share - Math.log((i + 2) / (i + 1)) / Math.log(5))).toBeLessThan(0.04);
    });
  });

  test('takes each of a choice equally often', () => {
    const drawn = Array.from(
      { length: 2000 },
      (_, i) => draw({ x: { values: ['a', 'b', null, true] } }, 1, i).x,
    );
    for (const value of ['a', 'b', null, true])
      expect(drawn.filter((x) => x === value).length / 2000).toBeCloseTo(0.25, 1);
  });
});

describe('distinctDraws', () => {
  test('finds all of a small space, none twice', () => {
    const space = { a: { values: [1, 2, 3] }, b: { min: 1, max: 4, integer: true } };
    const draws = distinctDraws(space, 3, 12);
    expect(new Set(draws.map((one) => JSON.stringify(one))).size).toBe(12);
  });

  test('says so where a range has not as many', () => {
    expect(() => distinctDraws({ x: { min: 1, max: 1.0000001 } }, 1, 3)).toThrow(
      'sweep space: expected room for 3 different trials, got 1; make its ranges wider',
    );
  });
});

describe('gridOf', () => {
  test('takes both ends and what is evenly between them', () => {
    expect(gridOf({ min: 0, max: 1, steps: 5 })).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(gridOf({ min: 0.001, max: 1, scale: 'log', steps: 4 })).toEqual([0.001, 0.01, 0.1, 1]);
    expect(gridOf({ min: 1, max: 3, integer: true, steps: 9 })).toEqual([1, 2, 3]);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  multiplyFixed,
  type OutputRange,
  requantizeFloat,
  requantizeInteger,
  roundHalfEven,
  roundWithZero,
  toFixedPoint,
} from './requantize.ts';

/** numerator × 2^exponent, exactly. */
interface Rational {
  readonly numerator: bigint;
  readonly exponent: number;
}

/** A finite float64 as it is. */
function rationalOf(x: number): Rational {
  let [numerator, exponent] = [x, 0];
  while (!Number.isInteger(numerator)) [numerator, exponent] = [numerator * 2, exponent - 1];
  return { numerator: BigInt(numerator), exponent };
}

const times = (a: Rational, b: Rational): Rational => ({
  numerator: a.numerator * b.numerator,
  exponent: a.exponent + b.exponent,
});

/** Divides by 2^bits and rounds half to even. */
function shiftRounded(x: bigint, bits: number): bigint {
  if (bits <= 0) return x << BigInt(-bits);
  const unit = 1n << BigInt(bits);
  const floor = x >> BigInt(bits);
  const twice = 2n * (x - floor * unit);
  return twice > unit || (twice === unit && floor % 2n !== 0n) ? floor + 1n : floor;
}

/** The nearest number of 24 bits, which is a float32 where it is neither huge nor tiny. */
function toFloat32({ numerator, exponent }: Rational): Rational {
  const size = (numerator < 0n ? -numerator : numerator).toString(2).length;
  const extra = size - 24;
  return extra <= 0
    ? { numerator, exponent }
    : { numerator: shiftRounded(numerator, extra), exponent: exponent + extra };
}

const saturated = (x: bigint, { lowest, highest }: OutputRange): number =>
  Number(x < lowest ? BigInt(lowest) : x > highest ? BigInt(highest) : x);

const int32 = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.integer({ min: -70_000, max: 70_000 }),
);
const scale = fc
  .tuple(fc.integer({ min: 2 ** 23, max: 2 ** 24 - 1 }), fc.integer({ min: -45, max: -20 }))
  .map(([mantissa, exponent]) => mantissa * 2 ** exponent);
/** Few digits, so that halves are common. */
const coarse = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -9, max: 1 }))
  .map(([mantissa, exponent]) => mantissa * 2 ** exponent);
const range = fc
  .tuple(
    fc.integer({ min: -128, max: 127 }),
    fc.integer({ min: -128, max: 127 }),
    fc.integer({ min: -128, max: 127 }),
  )
  .map(([zero, a, b]): OutputRange => ({ zero, lowest: Math.min(a, b), highest: Math.max(a, b) }));

describe('with floats', () => {
  test('it is the product in float32, rounded half to even', () => {
    fc.assert(
      fc.property(int32, fc.oneof(scale, coarse), range, (sum, by, output) => {
        const product = toFloat32(times(toFloat32({ numerator: BigInt(sum), exponent: 0 }), rationalOf(by)));
        const rounded = shiftRounded(product.numerator, -product.exponent) + BigInt(output.zero);
        expect(requantizeFloat(sum, by, output)).toBe(saturated(rounded, output));
      }),
      { numRuns: 2000 },
    );
  });

  test('a zero point that is added first is added in float32', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -65_025, max: 65_025 }),
        fc.oneof(scale, coarse),
        range,
        fc.constantFrom(0, 128),
        (sum, by, output, origin) => {
          const product = toFloat32(times(rationalOf(sum), rationalOf(by)));
          const bits = -Math.min(0, product.exponent);
          const moved = toFloat32({
            numerator:
              (product.numerator << BigInt(product.exponent + bits)) +
              (BigInt(output.zero + origin) << BigInt(bits)),
            exponent: -bits,
          });
          const expected = saturated(shiftRounded(moved.numerator, -moved.exponent) - BigInt(origin), output);
          expect(roundWithZero(Math.fround(sum * by), output, origin)).toBe(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each([
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [-0.5, 0],
    [-1.5, -2],
    [-2.5, -2],
    [2.4999, 2],
    [-2.5001, -3],
  ])('%d rounds to %d', (x, expected) => expect(roundHalfEven(x)).toBe(expected));
});

describe('with integers', () => {
  test('a factor is within half a unit of 31 bits, and its multiplier has 31', () => {
    fc.assert(
      fc.property(scale, (by) => {
        const { multiplier, shift } = toFixedPoint(by);
        expect(multiplier).toBeGreaterThanOrEqual(2 ** 30);
        expect(multiplier).toBeLessThan(2 ** 31);
        expect(Math.abs(multiplier * 2 ** (shift - 31) - by)).toBeLessThanOrEqual(2 ** (shift - 32));
      }),
    );
  });

  test('the product is rounded once, half up', () => {
    fc.assert(
      fc.property(int32, fc.oneof(scale, coarse), range, (sum, by, output) => {
        const fixed = toFixedPoint(by);
        // floor(2 × product + 1) ÷ 2, in rationals.
        const twice = 2n * BigInt(sum) * BigInt(fixed.multiplier) + (1n << BigInt(31 - fixed.shift));
        const expected = twice >> BigInt(32 - fixed.shift);
        expect(BigInt(multiplyFixed(sum, fixed))).toBe(expected);
        expect(requantizeInteger(sum, fixed, output)).toBe(saturated(expected + BigInt(output.zero), output));
      }),
      { numRuns: 2000 },
    );
  });

  test('what no sum of 32 bits could show is 0, and what has no form is refused', () => {
    expect(toFixedPoint(2 ** -40)).toEqual({ multiplier: 0, shift: 0 });
    for (const wrong of [0, -1, Number.NaN, Infinity, 2 ** 31])
      expect(() => toFixedPoint(wrong)).toThrow(/expected a/);
  });
});

test('both modes differ by at most one step', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 24), max: 2 ** 24 }), scale, (sum, by) => {
      const output = { zero: 3, lowest: -128, highest: 127 };
      const difference = requantizeFloat(sum, by, output) - requantizeInteger(sum, toFixedPoint(by), output);
      expect(Math.abs(difference)).toBeLessThanOrEqual(1);
    }),
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseParameters, dequantize, quantize, roundHalfEven, saturatesLike } from './parameters.ts';

const limit = Math.fround(1e30);
const number = fc.float({ noNaN: true, noDefaultInfinity: true, min: -limit, max: limit });
const range = fc.tuple(number, number).map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) }));
const options = fc.record({
  dtype: fc.constantFrom('uint8' as const, 'int8' as const),
  symmetric: fc.boolean(),
});

describe('chooseParameters', () => {
  test('zero is exact, and the scale is a normal float32', () => {
    fc.assert(
      fc.property(range, options, (range, options) => {
        const parameters = chooseParameters(range, options);
        expect(dequantize(quantize(0, parameters), parameters)).toBe(0);
        expect(Number.isInteger(parameters.zeroPoint)).toBe(true);
        expect(parameters.zeroPoint).toBeGreaterThanOrEqual(parameters.lowest);
        expect(parameters.zeroPoint).toBeLessThanOrEqual(parameters.highest);
        expect(Math.fround(parameters.scale)).toBe(parameters.scale);
        expect(parameters.scale).toBeGreaterThanOrEqual(2 ** -126);
      }),
    );
  });

  test('a number in the range comes back within half a step', () => {
    fc.assert(
      fc.property(range, options, fc.double({ min: 0, max: 1, noNaN: true }), (range, options, share) => {
        const parameters = chooseParameters(range, options);
        const x = range.min + (range.max - range.min) * share;
        const error = Math.abs(dequantize(quantize(x, parameters), parameters) - x);
        expect(error).toBeLessThanOrEqual(parameters.scale * (0.5 + 1e-4));
      }),
    );
  });

  test('numbers outside of the range get the nearest end', () => {
    fc.assert(
      fc.property(range, options, (range, options) => {
        const parameters = chooseParameters(range, options);
        expect(quantize(Infinity, parameters)).toBe(parameters.highest);
        expect(quantize(-Infinity, parameters)).toBe(parameters.lowest);
      }),
    );
  });

  test('a range of nothing but zero has scale 1, so nothing is divided by 0', () => {
    expect(chooseParameters({ min: 0, max: 0 }, { dtype: 'uint8' })).toMatchObject({
      scale: 1,
      zeroPoint: 0,
    });
    expect(chooseParameters({ min: 0, max: 0 }, { dtype: 'int8' })).toMatchObject({
      scale: 1,
      zeroPoint: -128,
    });
  });

  test('a constant other than zero is exact', () => {
    const parameters = chooseParameters({ min: 3, max: 3 }, { dtype: 'uint8' });
    expect(dequantize(quantize(3, parameters), parameters)).toBeCloseTo(3, 6);
  });

  test('what ReLU leaves starts at the lowest integer', () => {
    expect(chooseParameters({ min: 0, max: 5.1 }, { dtype: 'uint8' }).zeroPoint).toBe(0);
    expect(chooseParameters({ min: 0.5, max: 5.1 }, { dtype: 'int8' }).zeroPoint).toBe(-128);
    expect(chooseParameters({ min: 0, max: 5.1 }, { dtype: 'int8', symmetric: true }).zeroPoint).toBe(0);
    expect(chooseParameters({ min: -1, max: 1 }, { dtype: 'uint8', symmetric: true }).zeroPoint).toBe(128);
  });

  test('a range that is not finite or upside down is refused', () => {
    const expected = /quantize: expected a finite range with min ≤ max/;
    expect(() => chooseParameters({ min: 0, max: Infinity }, { dtype: 'uint8' })).toThrow(expected);
    expect(() => chooseParameters({ min: Number.NaN, max: 1 }, { dtype: 'uint8' })).toThrow(expected);
    expect(() => chooseParameters({ min: 2, max: 1 }, { dtype: 'uint8' })).toThrow(expected);
  });
});

test('roundHalfEven rounds ties to the even neighbour', () => {
  expect([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4, -2.6].map(roundHalfEven).map((x) => x + 0)).toEqual([
    -2, -2, 0, 0, 2, 2, 2, -3,
  ]);
});

test('a clamp is needless exactly where saturation does the same', () => {
  const relu = { min: 0, max: Infinity };
  expect(saturatesLike(relu, chooseParameters({ min: 0, max: 4 }, { dtype: 'uint8' }))).toBe(true);
  expect(saturatesLike(relu, chooseParameters({ min: -1, max: 4 }, { dtype: 'uint8' }))).toBe(false);
  expect(saturatesLike(relu, chooseParameters({ min: 0, max: 4 }, { dtype: 'int8', symmetric: true }))).toBe(
    false,
  );
  expect(saturatesLike({ min: 0, max: 6 }, chooseParameters({ min: 0, max: 6 }, { dtype: 'int8' }))).toBe(
    true,
  );
  expect(saturatesLike({ min: 0, max: 6 }, chooseParameters({ min: 0, max: 7 }, { dtype: 'int8' }))).toBe(
    false,
  );
});

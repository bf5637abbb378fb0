import { expect, test } from 'vitest';
import { erf } from './erf.ts';

// Abramowitz and Stegun, table 7.1, and DLMF 7.23.
test.each([
  [0, 0],
  [0.05, 0.0563719777970166],
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [2, 0.9953222650189527],
  [3.5, 0.9999992569016276],
  [7, 1],
])('erf(%f)', (x, expected) => {
  expect(erf(x)).toBeCloseTo(expected, 14);
  expect(erf(-x)).toBeCloseTo(-expected, 14);
});

test('is exact in proportion near 0, and keeps NaN', () => {
  expect(erf(1e-9) / (1e-9 * 2)).toBeCloseTo(1 / Math.sqrt(Math.PI), 14);
  expect(erf(Number.NaN)).toBeNaN();
});

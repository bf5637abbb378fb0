import { TensorData } from '@trainyard/onnx-ir';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leastScaleForBias, quantizeBias, quantizeWeights } from './weights.ts';

const tensor = (dims: number[], xs: ArrayLike<number>) =>
  TensorData.from('float32', dims, Float32Array.from(xs));

describe('quantizeWeights', () => {
  test('each channel along the axis has its own scale', () => {
    const data = tensor([2, 3], [127, -63.5, 0, 0.127, 1.27, -1.27]);
    const rows = quantizeWeights(data, { axis: 0 });
    expect([...rows.scales]).toEqual([1, Math.fround(0.01)]);
    expect([...rows.values]).toEqual([127, -64, 0, 13, 127, -127]);
    const columns = quantizeWeights(data, { axis: 1 });
    expect(columns.scales).toHaveLength(3);
    expect(columns.values[1]).toBe(-127);
    expect(columns.values[5]).toBe(-127);
  });

  test('weights come back within half a step, and never as -128', () => {
    const weight = fc.float({ noNaN: true, min: -1e6, max: 1e6 });
    fc.assert(
      fc.property(fc.array(weight, { minLength: 6, maxLength: 6 }), fc.boolean(), (xs, reduceRange) => {
        const { values, scales } = quantizeWeights(tensor([2, 3], xs), { axis: 0, reduceRange });
        values.forEach((q, i) => {
          const scale = scales[Math.floor(i / 3)]!;
          expect(Math.abs(q)).toBeLessThanOrEqual(reduceRange ? 64 : 127);
          expect(Math.abs(q * scale - xs[i]!)).toBeLessThanOrEqual(scale * (0.5 + 1e-4));
        });
      }),
    );
  });

  test('a channel of zeros has scale 1', () => {
    expect([...quantizeWeights(tensor([2, 1], [0, 3]), { axis: 0 }).scales]).toEqual([
      1,
      Math.fround(3 / 127),
    ]);
  });
});

test('a bias far above its weights widens their scale, so that it fits 32 bits', () => {
  const inputScale = 0.01;
  const bias = Float32Array.of(5000);
  const weights = tensor([1, 2], [1e-6, -2e-6]);
  const narrow = quantizeWeights(weights, { axis: 0 });
  expect(bias[0]! / (inputScale * narrow.scales[0]!)).toBeGreaterThan(2 ** 31);
  const wide = quantizeWeights(weights, { axis: 0, leastScale: () => leastScaleForBias(5000, inputScale) });
  const { values, scales } = quantizeBias(bias, inputScale, wide.scales);
  expect(values[0]! * scales[0]!).toBeCloseTo(5000, 2);
});

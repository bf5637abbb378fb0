import { describe, expect, test } from 'vitest';
import { featureNames, featuresOf, featureValues } from './features.ts';

const grey = (...pixels: number[]) => Uint8Array.from(pixels);

describe('features', () => {
  test('of grey pictures, by hand', () => {
    // One of 2×2, dark on the left and bright on the right; one that is even.
    const values = featureValues(grey(0, 255, 0, 255, 102, 102, 102, 102), [2, 2, 1]);
    expect(values).toEqual({
      brightness: Float64Array.of(0.5, 0.4),
      contrast: Float64Array.of(0.5, 0),
      // Each pixel has one neighbour of the other kind: |±255| of 255.
      sharpness: Float64Array.of(1, 0),
      dark: Float64Array.of(0.5, 0),
      bright: Float64Array.of(0.5, 0),
    });
  });

  test('thresholds of dark and bright: the lowest and the highest quarter', () => {
    const { dark, bright } = featureValues(grey(63, 64, 191, 192), [1, 4, 1], ['dark', 'bright']);
    expect([dark, bright]).toEqual([Float64Array.of(0.25), Float64Array.of(0.25)]);
  });

  test('sharpness at edges and in the middle', () => {
    // A point of 255 in 3×3: 4 · 255 in the middle and 255 beside it, four times.
    const point = grey(0, 0, 0, 0, 255, 0, 0, 0, 0);
    expect(featureValues(point, [3, 3, 1], ['sharpness']).sharpness[0]).toBeCloseTo(8 / 9, 6);
    expect(featureValues(grey(7), [1, 1, 1], ['sharpness']).sharpness[0]).toBe(0);
  });

  test('of colours', () => {
    // Red, and half as bright a grey.
    const values = featureValues(Uint8Array.of(255, 0, 0, 102, 102, 102), [1, 2, 3]);
    expect(Object.keys(values)).toEqual([...featureNames]);
    const first = Object.fromEntries(Object.entries(values).map(([name, [of]]) => [name, of]));
    expect(first).toMatchObject({ red: 0.7, green: 0.2, blue: 0.2, saturation: 0.5, dark: 0, bright: 0 });
    expect(first.brightness).toBeCloseTo((0.299 + 0.4) / 2, 6);
    expect(featureValues(Uint8Array.of(0, 0, 0), [1, 1, 3], ['saturation']).saturation[0]).toBe(0);
  });

  test('one that the pictures do not have is named, with those they have', () => {
    expect(() => featureValues(grey(0), [1, 1, 1], ['brightness', 'red'])).toThrow(
      'retrain.when.drift.features: expected brightness, contrast, sharpness, dark, bright of pictures with one channel, got red; leave it out',
    );
    expect(featuresOf(1)).toHaveLength(5);
  });
});

import { expect, test } from 'vitest';
import { findMisread } from './misread.ts';

/** Pictures of one byte, their number; logits of two classes whose first one says how sure the reading is. */
const split = (labels: number[]) => ({
  images: Uint8Array.from(labels, (_, i) => i),
  labels: Int32Array.from(labels),
  length: labels.length,
});
const logitsOf = (margins: number[]) => Float32Array.from(margins.flatMap((margin) => [margin, 0]));

test('mistakes come by confidence, with the share of the class they are of', () => {
  const { misread, closeCalls } = findMisread(logitsOf([1, 3, -2, 5]), split([1, 1, 1, 0]), 2);
  expect(misread.total).toBe(2);
  expect(misread.samples.map(({ index, label, predicted }) => [index, label, predicted])).toEqual([
    [1, 1, 0],
    [0, 1, 0],
  ]);
  const [{ confidence, labelConfidence, pixels }] = misread.samples;
  expect(confidence).toBeCloseTo(1 / (1 + Math.exp(-3)), 6);
  expect(confidence + labelConfidence!).toBeCloseTo(1, 6);
  expect([...Buffer.from(pixels, 'base64')]).toEqual([1]);
  expect(closeCalls?.map(({ index }) => index)).toEqual([2, 3]);
});

test('where many are misread there are no close calls, and no more samples than a page shows', () => {
  const { misread, closeCalls } = findMisread(logitsOf(Array(40).fill(1)), split(Array(40).fill(1)), 2);
  expect(misread.total).toBe(40);
  expect(misread.samples).toHaveLength(24);
  expect(closeCalls).toBeUndefined();
});

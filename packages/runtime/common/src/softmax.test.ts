import { expect, test } from 'vitest';
import { rank, softmax } from './softmax.ts';

test('softmax of known logits, however large', () => {
  const [a, b] = softmax([0, Math.log(3)]);
  expect(a).toBeCloseTo(0.25, 15);
  expect(b).toBeCloseTo(0.75, 15);
  expect([...softmax([1e4, 1e4])]).toEqual([0.5, 0.5]);
  expect([...softmax([-1e4, 1e4])]).toEqual([0, 1]);
});

test('rank: the likeliest first, of equals the first label, as many as were asked for', () => {
  const ranked = rank(Float32Array.of(1, 5, 5, 2), ['a', 'b', 'c', 'd'], 3);
  expect(ranked.map(({ label, index }) => `${label}${index}`)).toEqual(['b1', 'c2', 'd3']);
});

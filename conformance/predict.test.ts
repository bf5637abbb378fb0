import { expect, test } from 'vitest';
import { latencyOf, predictAll } from './predict.ts';

/** Gives the first byte of each picture of two, and counts its calls. */
function firstBytes() {
  const batches: number[] = [];
  return {
    batches,
    provider: 'fake',
    warmup: async () => {},
    predict: async (pixels: Uint8Array | Uint8ClampedArray) => {
      batches.push(pixels.length / 2);
      return Float32Array.from({ length: pixels.length / 2 }, (_, i) => pixels[2 * i]!);
    },
  };
}

const pixels = Uint8Array.of(1, 0, 2, 0, 3, 0);

test('pictures one by one, then in batches', async () => {
  const { logits, batched, provider, latency } = await predictAll(firstBytes(), pixels, {
    pictures: 3,
    batches: true,
  });
  expect([...logits]).toEqual([1, 2, 3]);
  expect([...batched!]).toEqual([1, 2, 3]);
  expect(provider).toBe('fake');
  expect(latency.runs).toBeGreaterThanOrEqual(3);
});

test('some alone, where runs are slow, and the rest from the batch', async () => {
  const classifier = firstBytes();
  const { logits } = await predictAll(classifier, pixels, { pictures: 3, batches: true, alone: 1 });
  expect([...logits]).toEqual([1, 2, 3]);
  expect(classifier.batches).toEqual([1, 3]);
});

test('every picture alone where there are no batches', async () => {
  const classifier = firstBytes();
  const { logits, batched } = await predictAll(classifier, pixels, { pictures: 3, batches: false, alone: 1 });
  expect([...logits]).toEqual([1, 2, 3]);
  expect(batched).toBeUndefined();
  expect(classifier.batches).toEqual([1, 1, 1]);
});

test('the median and what 95 of 100 do not exceed', () => {
  const times = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect(latencyOf(times)).toEqual({ p50: 50, p95: 95, runs: 100 });
  expect(latencyOf([3])).toEqual({ p50: 3, p95: 3, runs: 1 });
});

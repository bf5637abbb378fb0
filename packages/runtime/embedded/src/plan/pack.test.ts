import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Buffer } from './buffers.ts';
import { lowerBound, pack } from './pack.ts';

const buffer = (first: number, ...sizes: number[]): Buffer => ({ first, sizes });

/** Pairs of buffers that share a byte at some step. */
function overlaps(buffers: readonly Buffer[], offsets: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const [i, a] of buffers.entries())
    for (const [j, b] of buffers.entries()) {
      if (j <= i) continue;
      const isShared = a.sizes.some((size, at) => {
        const other = b.sizes[a.first + at - b.first] ?? 0;
        return offsets[i]! < offsets[j]! + other && offsets[j]! < offsets[i]! + size && size > 0 && other > 0;
      });
      if (isShared) found.push([i, j]);
    }
  return found;
}

/** The smallest arena there is: of all orders of putting buffers down as low as they go, the best one. */
function smallest(buffers: readonly Buffer[]): number {
  const bound = lowerBound(buffers);
  const offsets: number[] = [];
  let best = Infinity;
  const lowest = (index: number, placed: readonly number[]): number => {
    const { first, sizes } = buffers[index]!;
    const neighbours = sizes.flatMap((size, at) =>
      placed.flatMap((other) => {
        const height = buffers[other]!.sizes[first + at - buffers[other]!.first] ?? 0;
        return height > 0 ? [{ start: offsets[other]! - size, end: offsets[other]! + height }] : [];
      }),
    );
    let offset = 0;
    while (true) {
      const hit = neighbours.find(({ start, end }) => start < offset && offset < end);
      if (!hit) return offset;
      offset = hit.end;
    }
  };
  const place = (placed: readonly number[], bytes: number): void => {
    if (bytes >= best || best === bound) return;
    if (placed.length === buffers.length) best = bytes;
    for (const [i, { sizes }] of buffers.entries()) {
      if (placed.includes(i)) continue;
      offsets[i] = lowest(i, placed);
      place([...placed, i], Math.max(bytes, offsets[i] + Math.max(...sizes)));
    }
  };
  place([], 0);
  return best;
}

/** Sizes that shrink, as they do where a result takes the place of what it was computed from. */
const anyBuffer = fc
  .record({
    first: fc.nat(12),
    sizes: fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 6 }),
  })
  .map(({ first, sizes }) => buffer(first, ...sizes.map((size) => size * 4).sort((a, b) => b - a)));

describe('packing', () => {
  test('nothing that is needed at the same time overlaps, and everything is aligned', () => {
    fc.assert(
      fc.property(fc.array(anyBuffer, { maxLength: 40 }), fc.constantFrom(4, 8, 16), (buffers, alignment) => {
        const { offsets, bytes } = pack(buffers, { alignment, attempts: 50 });
        expect(overlaps(buffers, offsets)).toEqual([]);
        expect(offsets.every((offset) => offset % alignment === 0)).toBe(true);
        expect(Math.max(0, ...buffers.map(({ sizes }, i) => offsets[i]! + Math.max(...sizes)))).toBe(bytes);
        expect(bytes).toBeGreaterThanOrEqual(lowerBound(buffers));
      }),
      { numRuns: 300 },
    );
  });

  test('no arena is smaller than that of few buffers', () => {
    fc.assert(
      fc.property(fc.array(anyBuffer, { maxLength: 6 }), (buffers) => {
        expect(pack(buffers).bytes).toBe(buffers.length === 0 ? 0 : smallest(buffers));
      }),
      { numRuns: 80 },
    );
  });

  test('of more buffers, the arena is at most 1.05 of the smallest', () => {
    fc.assert(
      fc.property(fc.array(anyBuffer, { minLength: 7, maxLength: 7 }), (buffers) => {
        expect(pack(buffers).bytes).toBeLessThanOrEqual(1.05 * smallest(buffers));
      }),
      { numRuns: 10, seed: 5 },
    );
  });

  test('it repeats itself', () => {
    const buffers = Array.from({ length: 30 }, (_, i) =>
      buffer(i % 11, ...new Array<number>(1 + (i % 5)).fill(4 * ((i * 37) % 23) + 4)),
    );
    expect(pack(buffers)).toEqual(pack(buffers));
  });

  test('a chain of layers needs no more than its two largest neighbours', () => {
    const sizes = [400, 1600, 800, 3200, 200, 1000];
    const chain = sizes.map((size, i) => buffer(i, size, size));
    expect(pack(chain).bytes).toBe(4000);
    expect(lowerBound(chain)).toBe(4000);
  });

  test('what shrank leaves its place to others', () => {
    // While the first is 100 bytes the second is not there yet.
    expect(pack([buffer(0, 100, 10, 10), buffer(1, 90, 90)]).bytes).toBe(102);
  });

  test('no buffers need no arena', () => {
    expect(pack([])).toEqual({ offsets: [], bytes: 0 });
    expect(lowerBound([])).toBe(0);
  });
});

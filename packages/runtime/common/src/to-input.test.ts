import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PictureError } from './errors.ts';
import type { InputSignature, RawPicture } from './picture.ts';
import { toInput } from './to-input.ts';

const input = (
  height: number,
  width: number,
  channels: 1 | 3,
  resize: InputSignature['resize'] = 'stretch',
) => ({ name: 'pixels', dtype: 'uint8', layout: 'NHWC', height, width, channels, resize }) as const;
const gray = (rows: number[][]): RawPicture => ({
  data: Uint8Array.from(rows.flat()),
  width: rows[0]!.length,
  height: rows.length,
  channels: 1,
});

describe('toInput', () => {
  test('passes a picture of the right size and channels through without a copy', () => {
    const data = new Uint8Array([1, 2, 3, 4, 5, 6]);
    expect(toInput({ data, width: 2, height: 1, channels: 3 }, input(1, 2, 3))).toBe(data);
    const clamped = new Uint8ClampedArray(data);
    expect(toInput({ data: clamped, width: 2, height: 1, channels: 3 }, input(1, 2, 3)).buffer).toBe(
      clamped.buffer,
    );
  });

  test('makes gray as Rec. 601 does, and colour of gray', () => {
    const data = new Uint8Array([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]);
    expect([...toInput({ data, width: 4, height: 1, channels: 3 }, input(1, 4, 1))]).toEqual([
      76, 150, 29, 255,
    ]);
    expect([...toInput(gray([[7, 9]]), input(1, 2, 3))]).toEqual([7, 7, 7, 9, 9, 9]);
  });

  test('puts what is transparent over black', () => {
    const data = new Uint8Array([200, 100, 50, 0, 200, 100, 51, 128, 200, 100, 50, 255]);
    expect([...toInput({ data, width: 3, height: 1, channels: 4 }, input(1, 3, 3))]).toEqual([
      0, 0, 0, 100, 50, 26, 200, 100, 50,
    ]);
  });

  test('averages areas on the way down, rounding half up', () => {
    expect([
      ...toInput(
        gray([
          [0, 1],
          [0, 1],
        ]),
        input(1, 1, 1),
      ),
    ]).toEqual([1]);
    // 3 to 2: each target pixel is one source pixel and a half of the middle one.
    expect([...toInput(gray([[0, 90, 240]]), input(1, 2, 1))]).toEqual([30, 190]);
  });

  test('is linear between centres on the way up, and holds the edges', () => {
    expect([...toInput(gray([[0, 100]]), input(1, 4, 1))]).toEqual([0, 25, 75, 100]);
    expect([...toInput(gray([[9]]), input(2, 2, 1))]).toEqual([9, 9, 9, 9]);
  });

  test('covers by cropping the middle', () => {
    expect([...toInput(gray([[1, 2, 3, 4, 5, 6]]), input(1, 2, 1, 'cover'))]).toEqual([3, 4]);
    expect([...toInput(gray([[1], [2], [3], [4]]), input(2, 1, 1, 'cover'))]).toEqual([2, 3]);
  });

  test('contains by padding with black', () => {
    const wide = gray([
      [10, 10, 20, 20],
      [10, 10, 20, 20],
    ]);
    expect([...toInput(wide, input(3, 2, 1, 'contain'))]).toEqual([0, 0, 10, 20, 0, 0]);
    const thin: RawPicture = { data: new Uint8Array(1000).fill(8), width: 1, height: 1000, channels: 1 };
    expect([...toInput(thin, input(2, 4, 1, 'contain'))]).toEqual([0, 8, 0, 0, 0, 8, 0, 0]);
  });

  const size = fc.integer({ min: 1, max: 12 });

  test('shrinking equals the exact mean over the common grid', () => {
    fc.assert(
      fc.property(
        size,
        size,
        size,
        size,
        fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
        (h, w, a, b, values) => {
          const [height, width] = [h + a, w + b];
          const rows = Array.from({ length: height }, () =>
            Array.from({ length: width }, () => values.next().value!),
          );
          expect([...toInput(gray(rows), input(h, w, 1))]).toEqual(exactMeans(rows, h, w));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('resizing other channels equals bringing the channels over first', () => {
    const channels = fc.constantFrom<[1 | 3 | 4, 1 | 3]>([4, 3], [4, 1], [3, 1], [1, 3]);
    const modes = fc.constantFrom('stretch' as const, 'cover' as const, 'contain' as const);
    const values = fc.infiniteStream(fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(size, size, size, size, channels, modes, values, (h, w, y, x, [from, to], mode, stream) => {
        const data = Uint8Array.from({ length: h * w * from }, () => stream.next().value!);
        const picture: RawPicture = { data, width: w, height: h, channels: from };
        const converted: RawPicture = { ...picture, data: toInput(picture, input(h, w, to)), channels: to };
        expect(toInput(picture, input(y, x, to, mode))).toEqual(toInput(converted, input(y, x, to, mode)));
      }),
    );
  });

  test('a plain picture stays plain, whatever the sizes; no value leaves the range', () => {
    const modes = fc.constantFrom('stretch' as const, 'cover' as const);
    fc.assert(
      fc.property(
        size,
        size,
        size,
        size,
        modes,
        fc.integer({ min: 0, max: 255 }),
        (h, w, y, x, mode, value) => {
          const plain: RawPicture = {
            data: new Uint8Array(h * w * 3).fill(value),
            width: w,
            height: h,
            channels: 3,
          };
          expect(new Set(toInput(plain, input(y, x, 3, mode)))).toEqual(new Set([value]));
        },
      ),
    );
  });

  test.each<[string, Partial<RawPicture>, RegExp]>([
    ['too few bytes', { data: new Uint8Array(5) }, /cat\.png: expected 12 bytes for 2 x 2 x 3, got 5/],
    ['floats', { data: new Float32Array(12) as unknown as Uint8Array }, /Uint8Array, got Float32Array/],
    ['a list', { data: [1, 2] as unknown as Uint8Array }, /got Array/],
    ['a part of a pixel', { width: 2.5 }, /whole number of at least 1 as width, got 2.5/],
    ['no height', { height: 0 }, /as height, got 0/],
    ['two channels', { channels: 2 as 1 }, /1, 3 or 4 channels, got 2/],
  ])('refuses %s', (_, change, message) => {
    const picture = { data: new Uint8Array(12), width: 2, height: 2, channels: 3 as const, name: 'cat.png' };
    expect(() => toInput({ ...picture, ...change }, input(2, 2, 3))).toThrow(PictureError);
    expect(() => toInput({ ...picture, ...change }, input(2, 2, 3))).toThrow(message);
  });
});

/** In whole numbers: every source pixel repeated h x w times, then blocks of height x width averaged. */
function exactMeans(rows: number[][], h: number, w: number): number[] {
  const [height, width] = [rows.length, rows[0]!.length];
  const means: number[] = [];
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      let sum = 0;
      for (let i = 0; i < height; i++)
        for (let j = 0; j < width; j++)
          sum += rows[Math.floor((y * height + i) / h)]![Math.floor((x * width + j) / w)]!;
      means.push(Math.floor((2 * sum + height * width) / (2 * height * width)));
    }
  return means;
}

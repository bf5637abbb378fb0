import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundleFile, bundleMissing, drawn, testPicture } from '../../demo.cases.ts';
import type { Reading } from './bitmap.ts';
import { readPhoto } from './photo.ts';
import { readStrokes, type Stroke } from './strokes.ts';

const bar = (x: number): Stroke => [
  { x, y: 0.2 },
  { x, y: 0.8 },
];
const ink = ({ bitmap }: Reading) => bitmap.reduce((sum, pixel) => sum + pixel, 0);

describe('readStrokes', () => {
  test('nothing drawn is nothing to read', () => {
    expect(readStrokes([])).toBeUndefined();
    expect(readStrokes([[]])).toBeUndefined();
  });

  test('size and place play no part', () => {
    const whole = drawn(3, 0, 1);
    const small = whole.map((stroke) => stroke.map(({ x, y }) => ({ x: 0.1 + x / 4, y: 0.6 + y / 4 })));
    expect(readStrokes(small)?.pixels).toEqual(readStrokes(whole)?.pixels);
  });

  test('a line is the full height of the picture, in its middle, and as wide as the widest pen', () => {
    const { bitmap } = readStrokes([bar(0.9)])!;
    for (let y = 0; y < 32; y++)
      expect([y, [...bitmap.subarray(y * 32, y * 32 + 32)].join('')]).toEqual([
        y,
        // The ends are round.
        expect.stringMatching(/^0{13}[01]{6}0{13}$/),
      ]);
    expect(ink({ bitmap } as Reading)).toBeGreaterThan(160);
  });

  test('digits have the ink of the training digits, and the gray levels of 17', () => {
    for (let digit = 0; digit < 10; digit++) {
      const reading = readStrokes(drawn(digit, 0, 2))!;
      expect(ink(reading)).toBeGreaterThan(150);
      expect(ink(reading)).toBeLessThan(330);
      for (const level of reading.pixels) expect(Number.isInteger(Math.round((level * 16) / 255))).toBe(true);
    }
  });

  test('a dot, and a point outside of any line, are read too', () => {
    expect(ink(readStrokes([[{ x: 0.5, y: 0.5 }]])!)).toBeGreaterThan(0);
  });
});

describe('readPhoto', () => {
  test('an even picture holds nothing', () => {
    const data = new Float32Array(100 * 80).fill(180);
    expect(readPhoto({ data, width: 100, height: 80 })).toBeUndefined();
  });

  test('dark ink on light paper reads as bright ink on black does', () => {
    const bright = testPicture(0, { side: 96, margin: 16 });
    const dark = { ...bright, data: bright.data.map((value) => 235 - value * 0.8) };
    expect(readPhoto(dark)?.pixels).toEqual(readPhoto(bright)?.pixels);
  });

  test('uneven light does little harm', () => {
    const even = testPicture(0, { side: 96, margin: 20 });
    const shaded = even.data.map((value, i) => (235 - value * 0.8) * (1 - (0.5 * (i % 96)) / 96));
    const [a, b] = [readPhoto(even)!, readPhoto({ ...even, data: shaded })!];
    const differing = a.bitmap.filter((pixel, i) => pixel !== b.bitmap[i]).length;
    expect(differing).toBeLessThan(60);
  });

  test('specks, and a dark edge of the table, are not the digit', () => {
    const clean = testPicture(0, { side: 128, margin: 36 });
    const data = clean.data.map((value) => 235 - value * 0.8);
    const { box } = readPhoto({ ...clean, data })!;
    for (let y = 0; y < 128; y++) for (let x = 0; x < 6; x++) data[y * 128 + x] = 60;
    data[128 * 20 + 100] = 40;
    expect(readPhoto({ ...clean, data })?.box).toEqual(box);
  });
});

describe.skipIf(bundleMissing)(`the released network reads them${bundleMissing ?? ''}`, () => {
  let session: ort.InferenceSession;
  beforeAll(async () => {
    session = await ort.InferenceSession.create(readFileSync(bundleFile('float32.onnx')));
  });
  const read = async ({ pixels }: Reading): Promise<number> => {
    const { logits } = await session.run({ pixels: new ort.Tensor('uint8', pixels, [1, 8, 8, 1]) });
    const numbers = [...(logits!.data as Float32Array)];
    return numbers.indexOf(Math.max(...numbers));
  };

  test('drawings by the strokes of the glyphs: more than 9 of 10', async () => {
    let [right, all] = [0, 0];
    for (let digit = 0; digit < 10; digit++)
      for (let hand = 0; hand < 3; hand++)
        for (let k = 0; k < 4; k++) {
          all++;
          if ((await read(readStrokes(drawn(digit, hand, k))!)) === digit) right++;
        }
    expect(right / all).toBeGreaterThan(0.9);
  });

  test('test pictures as photos, dark on light: more than 9 of 10', async () => {
    let right = 0;
    for (let i = 0; i < 100; i++) {
      const { label, ...picture } = testPicture(i, { side: 96, margin: 16 });
      const data = picture.data.map((value) => 235 - value * 0.8);
      if ((await read(readPhoto({ ...picture, data })!)) === label) right++;
    }
    expect(right).toBeGreaterThan(90);
  });
});

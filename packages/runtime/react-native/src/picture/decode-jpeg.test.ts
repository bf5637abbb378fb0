import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeJpeg } from './decode-jpeg.ts';
import type { Orientation } from './orientation.ts';
import { orientationOf } from './orientation.ts';

const [width, height] = [61, 45];
const limit = 1e6;

/** Waves, as photographs have them rather than noise. */
const waves = (channels: 1 | 3) =>
  Buffer.from(
    Array.from({ length: width * height * channels }, (_, i) => {
      const pixel = Math.floor(i / channels);
      const [x, y] = [pixel % width, Math.floor(pixel / width)];
      return Math.round(127 + 50 * Math.sin(x / 9 + (i % channels)) + 50 * Math.cos(y / 7 - (i % channels)));
    }),
  );
const image = (channels: 1 | 3 = 3) => sharp(waves(channels), { raw: { width, height, channels } });

/** The largest and the mean difference from what libjpeg, and with it runtime-node, makes of the file. */
async function differenceOf(bytes: Uint8Array): Promise<{ max: number; mean: number }> {
  const ours = decodeJpeg(bytes, limit);
  const { data, info } = await sharp(bytes)
    .rotate()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([ours.width, ours.height]).toEqual([info.width, info.height]);
  let max = 0;
  let sum = 0;
  for (let pixel = 0; pixel < info.width * info.height; pixel++)
    for (let c = 0; c < 3; c++) {
      const theirs = data[pixel * info.channels + (info.channels === 1 ? 0 : c)]!;
      const difference = Math.abs(ours.data[pixel * ours.channels + (ours.channels === 1 ? 0 : c)]! - theirs);
      max = Math.max(max, difference);
      sum += difference;
    }
  return { max, mean: sum / (3 * info.width * info.height) };
}

describe('is close to runtime-node', () => {
  test('colours as large as the brightness: within 3 of 255', async () => {
    const { max, mean } = await differenceOf(
      await image().jpeg({ quality: 92, chromaSubsampling: '4:4:4' }).toBuffer(),
    );
    expect(max).toBeLessThanOrEqual(3);
    expect(mean).toBeLessThan(0.6);
  });

  test('gray: within 1', async () => {
    const { max } = await differenceOf(await image(1).toColourspace('b-w').jpeg().toBuffer());
    expect(max).toBeLessThanOrEqual(1);
  });

  // libjpeg smooths colours of half the size when it enlarges them; jpeg-js repeats them.
  test.each([false, true])(
    'colours of half the size: 2.5 of 255 in the mean (progressive: %s)',
    async (progressive) => {
      const { max, mean } = await differenceOf(await image().jpeg({ quality: 92, progressive }).toBuffer());
      expect(max).toBeLessThan(20);
      expect(mean).toBeLessThan(2.5);
    },
  );

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('turned as EXIF orientation %i says', async (orientation) => {
    const jpeg = image().jpeg({ quality: 92, chromaSubsampling: '4:4:4' }).withMetadata({ orientation });
    expect((await differenceOf(await jpeg.toBuffer())).max).toBeLessThanOrEqual(3);
  });
});

test('gives gray one channel', async () => {
  expect(decodeJpeg(await image(1).toColourspace('b-w').jpeg().toBuffer(), limit).channels).toBe(1);
});

describe('refuses', () => {
  test('a file cut off anywhere', async () => {
    const bytes = await image().jpeg().toBuffer();
    for (let length = 3; length < bytes.length - 2; length += 7)
      expect(() => decodeJpeg(bytes.subarray(0, length), limit), `${length}`).toThrow();
  });

  test('too many pixels, before they are unpacked', async () => {
    const bytes = await image().jpeg().toBuffer();
    expect(() => decodeJpeg(bytes, width * height - 1)).toThrow(
      `61 x 45 pixels, more than the limit of 2744`,
    );
    expect(decodeJpeg(bytes, width * height).width).toBe(61);
  });

  test('CMYK, whose colours need a profile', async () => {
    const bytes = await image().toColourspace('cmyk').jpeg().toBuffer();
    expect(() => decodeJpeg(bytes, limit)).toThrow('a JPEG in CMYK');
  });

  test.each([
    ['lossless', 0xc3, 8, 'a JPEG that is lossless, hierarchical or arithmetic'],
    ['of 12 bits', 0xc1, 12, 'a JPEG of 12 bits a channel'],
  ])('one that is %s', (_, marker, precision, message) => {
    const header = [0xff, 0xd8, 0xff, marker, 0, 11, precision, 0, 8, 0, 8, 1, 1, 0x11, 0];
    expect(() => decodeJpeg(Uint8Array.from(header), limit)).toThrow(message);
  });
});

describe('orientationOf', () => {
  const exif = (little: boolean, value: number, tag = 0x0112): Uint8Array => {
    const bytes = new Uint8Array(26);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, little ? 0x4949 : 0x4d4d);
    view.setUint16(2, 42, little);
    view.setUint32(4, 8, little);
    view.setUint16(8, 1, little);
    view.setUint16(10, tag, little);
    view.setUint16(12, 3, little);
    view.setUint32(14, 1, little);
    view.setUint16(18, value, little);
    return bytes;
  };

  test.each([true, false])('reads both orders of bytes (little: %s)', (little) => {
    for (const value of [1, 3, 6, 8] satisfies Orientation[])
      expect(orientationOf(exif(little, value))).toBe(value);
  });

  test('is 1 for data that are not valid', () => {
    expect(orientationOf(exif(true, 9))).toBe(1);
    expect(orientationOf(exif(true, 0))).toBe(1);
    expect(orientationOf(exif(true, 6, 0x0113))).toBe(1);
    const whole = exif(false, 6);
    for (let length = 0; length < 20; length++) expect(orientationOf(whole.subarray(0, length))).toBe(1);
    const far = whole.slice();
    far[4] = 0xff;
    expect(orientationOf(far)).toBe(1);
  });
});

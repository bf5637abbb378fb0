import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PictureError } from '@trainyard/runtime-common';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodePicture } from './decode.ts';

// Two by three pixels, each of its own colour.
const pixels = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30, 200, 200, 200, 0, 0, 0]);
const image = () => sharp(pixels, { raw: { width: 2, height: 3, channels: 3 } });
const plain = (channels: 3 | 4) =>
  sharp({ create: { width: 8, height: 4, channels, background: { r: 100, g: 100, b: 100, alpha: 0.5 } } });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainyard-decode-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('decodePicture', () => {
  test.each([
    ['PNG', () => image().png().toBuffer()],
    ['WebP', () => image().webp({ lossless: true }).toBuffer()],
    ['16-bit PNG', () => image().toColourspace('rgb16').png().toBuffer()],
    ['palette PNG', () => image().png({ palette: true }).toBuffer()],
  ])('gives the pixels of a %s', async (_, encode) => {
    const { data, width, height, channels } = await decodePicture(await encode());
    expect([width, height, channels]).toEqual([2, 3, 3]);
    expect([...data]).toEqual([...pixels]);
  });

  test('reads JPEG, gray and with alpha', async () => {
    const jpeg = await decodePicture(await plain(3).jpeg().toBuffer());
    expect([jpeg.width, jpeg.height, jpeg.channels, jpeg.data[0]]).toEqual([8, 4, 3, 100]);
    const gray = await decodePicture(await plain(3).grayscale().png().toBuffer());
    expect([gray.channels === 1 || gray.channels === 3, gray.data[0]]).toEqual([true, 100]);
    const alpha = await decodePicture(await plain(4).png().toBuffer());
    expect([alpha.channels, ...alpha.data.subarray(0, 4)]).toEqual([4, 100, 100, 100, 128]);
    const grayAlpha = await decodePicture(await plain(4).toColourspace('b-w').png().toBuffer());
    expect([grayAlpha.channels, ...grayAlpha.data.subarray(0, 4)]).toEqual([4, 100, 100, 100, 128]);
  });

  test('turns a picture upright as its EXIF says', async () => {
    const turned = await image().png().withMetadata({ orientation: 6 }).toBuffer();
    const { data, width, height } = await decodePicture(turned);
    expect([width, height]).toEqual([3, 2]);
    // A quarter turn clockwise: the first row is the first column from below.
    expect([...data.subarray(0, 9)]).toEqual([200, 200, 200, 0, 0, 255, 255, 0, 0]);
  });

  test('reads paths and file URLs', async () => {
    const path = join(folder, 'six pixels.png');
    await writeFile(path, await image().png().toBuffer());
    expect((await decodePicture(path)).name).toBe('six pixels.png');
    expect([...(await decodePicture(pathToFileURL(path))).data]).toEqual([...pixels]);
  });

  test('lets pixels through', async () => {
    const raw = { data: pixels, width: 2, height: 3, channels: 3 } as const;
    expect(await decodePicture(raw)).toBe(raw);
  });

  test.each([
    ['empty', new Uint8Array(0), /got no bytes/],
    ['text', Buffer.from('hello, this is no picture'), /another format/],
    ['svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), /another format/],
    ['a signature alone', Buffer.from('89504e470d0a1a0a0000000000', 'hex'), /corrupt|libpng|unsupported/],
  ])('names the picture that is %s', async (name, bytes, message) => {
    const path = join(folder, `${name}.png`);
    await writeFile(path, bytes);
    const error = await decodePicture(path).catch((thrown: unknown) => thrown as Error);
    expect(error).toBeInstanceOf(PictureError);
    const text = (error as Error).message;
    expect(text).toMatch(message);
    expect(text.startsWith(`${name}.png: expected a PNG, JPEG or WebP picture, got `)).toBe(true);
    expect(text).not.toContain('\n');
  });

  test('refuses pictures that are cut off', async () => {
    const noise = sharp(Buffer.from(Array.from({ length: 3 * 64 * 64 }, (_, i) => (i * 7919) % 251)), {
      raw: { width: 64, height: 64, channels: 3 },
    });
    for (const bytes of [await noise.clone().png().toBuffer(), await noise.clone().jpeg().toBuffer()])
      for (const share of [0.3, 0.6, 0.9])
        await expect(decodePicture(bytes.subarray(0, Math.floor(bytes.length * share)))).rejects.toThrow(
          PictureError,
        );
  });

  test('refuses more pixels than allowed before it unpacks them', async () => {
    const bytes = await plain(3).png().toBuffer();
    await expect(decodePicture(bytes, { maxPixels: 31 })).rejects.toThrow(/pixel limit/);
    expect((await decodePicture(bytes, { maxPixels: 32 })).width).toBe(8);
  });

  test('says when there is no such file', async () => {
    await expect(decodePicture(join(folder, 'gone.png'))).rejects.toThrow(
      'gone.png: expected a readable file, got none there; check the path',
    );
    await expect(decodePicture(folder)).rejects.toThrow(PictureError);
  });
});

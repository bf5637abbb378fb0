import { PictureError } from '@trainyard/runtime-common';
import { decodePicture as nodeDecode } from '@trainyard/runtime-node';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodePicture, type Picture } from './decode.ts';

const pixels = Uint8Array.from({ length: 4 * 3 * 3 }, (_, i) => (i * 37) % 256);
const image = () => sharp(pixels, { raw: { width: 4, height: 3, channels: 3 } });
let png: Uint8Array;
let base64: string;
beforeAll(async () => {
  const buffer = await image().png().toBuffer();
  png = new Uint8Array(buffer);
  base64 = buffer.toString('base64');
});
const readFile = async (uri: string) => {
  if (!uri.endsWith('there.png')) throw new Error('no such file');
  return png;
};

describe('decodePicture', () => {
  test.each<[string, () => Picture]>([
    ['bytes', () => png],
    ['a buffer', () => png.slice().buffer],
    ['base64', () => base64],
    ['a data URI', () => `data:image/png;base64,${base64}`],
    ['a URI', () => 'file:///there.png'],
    ['a picked file', () => ({ uri: 'file:///there.png', width: 4, height: 3 }) as Picture],
    ['a picked file with its base64', () => ({ uri: 'file:///gone.png', base64 })],
    ['a picked file with a base64 that is null', () => ({ uri: 'content://there.png', base64: null })],
  ])('reads %s', async (_, picture) => {
    const decoded = await decodePicture(picture(), { readFile });
    expect([decoded.width, decoded.height, decoded.channels]).toEqual([4, 3, 3]);
    expect(decoded.data).toEqual(pixels);
  });

  test('lets pixels through', async () => {
    const raw = { data: pixels, width: 4, height: 3, channels: 3 } as const;
    expect(await decodePicture(raw)).toBe(raw);
  });

  test('gives what runtime-node gives', async () => {
    const { data, width, height, channels } = await nodeDecode(png);
    expect(await decodePicture(png)).toEqual({
      data: new Uint8Array(data),
      width,
      height,
      channels,
      name: 'picture',
    });
  });

  test.each<[string, unknown, string]>([
    ['empty', new Uint8Array(0), 'picture: expected a PNG or JPEG picture, got no bytes; save it'],
    [
      'of another format',
      Buffer.from('RIFFxxxxWEBPVP8 '),
      'picture: expected a PNG or JPEG picture, got bytes of another format',
    ],
    ['not base64', 'no picture at all!', 'got character 17 is not base64'],
    ['gone', 'file:///gone.png', 'gone.png: expected a PNG or JPEG picture, got no such file'],
    ['a path', '/there.png', 'is not base64'],
    ['null', null, 'got null'],
    ['a number', 7, 'got number without a uri'],
    ['an object', {}, 'got object without a uri'],
  ])('names the picture that is %s', async (_, picture, message) => {
    const error = await decodePicture(picture as Picture, { readFile }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PictureError);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain('\n');
  });

  test('refuses more pixels than allowed', async () => {
    await expect(decodePicture(png, { maxPixels: 11 })).rejects.toThrow(/more than the limit of 11/);
  });

  test('ends with the reason of the signal', async () => {
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(decodePicture('file:///there.png', { readFile, signal })).rejects.toBe(reason);
  });
});

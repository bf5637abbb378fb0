import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodePng } from './png.ts';

describe('encodePng', () => {
  it.each([1, 3])('writes %i channels that another library reads back', async (channels) => {
    const pixels = Uint8Array.from({ length: 5 * 7 * channels }, (_, i) => (i * 37) % 256);
    const png = encodePng(pixels, 5, 7, channels);
    expect((await sharp(png).metadata()).channels).toBe(channels);
    const { data, info } = await sharp(png)
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.height, info.width, info.channels]).toEqual([5, 7, channels]);
    expect(new Uint8Array(data)).toEqual(pixels);
  });
});

import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodePng } from './decode-png.ts';
import type { Pixels } from './orientation.ts';
import { type PngParts, pngOf, randomBytes } from './png.cases.ts';

const limit = 1e6;
const size = { width: 13, height: 11 } as const;

/** As red, green, blue and alpha, however many channels it has. */
function rgba({ data, channels }: Pixels): number[] {
  const out: number[] = [];
  for (let at = 0; at < data.length; at += channels) {
    const [a, b, c] = channels === 1 ? [data[at], data[at], data[at]] : data.subarray(at, at + 3);
    out.push(a!, b!, c!, channels === 4 ? data[at + 3]! : 255);
  }
  return out;
}

/** What runtime-node makes of it. */
async function bySharp(bytes: Uint8Array): Promise<Pixels> {
  const image = sharp(bytes, { failOn: 'truncated' }).rotate().toColourspace('srgb').ensureAlpha();
  const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels as 4 };
}

async function expectSame(bytes: Uint8Array): Promise<void> {
  const [ours, theirs] = [decodePng(bytes, limit), await bySharp(bytes)];
  expect([ours.width, ours.height]).toEqual([theirs.width, theirs.height]);
  expect(rgba(ours)).toEqual(rgba(theirs));
}

const palette = (colours: number): readonly [string, Uint8Array] => [
  'PLTE',
  Uint8Array.from({ length: 3 * colours }, (_, i) => (i * 53) % 256),
];

const kinds: [string, Omit<PngParts, 'width' | 'height'>][] = [
  ...([1, 2, 4, 8, 16] as const).map((depth): [string, Omit<PngParts, 'width' | 'height'>] => [
    `gray of ${depth} bits`,
    { depth, colorType: 0 },
  ]),
  ...([1, 2, 4, 8] as const).map((depth): [string, Omit<PngParts, 'width' | 'height'>] => [
    `a palette of ${depth} bits`,
    { depth, colorType: 3, chunks: [palette(2 ** depth)] },
  ]),
  [
    'a palette with alpha',
    { depth: 4, colorType: 3, chunks: [palette(16), ['tRNS', new Uint8Array([0, 9, 200])]] },
  ],
  ['gray with a clear one', { depth: 2, colorType: 0, chunks: [['tRNS', new Uint8Array([0, 2])]] }],
  [
    'gray of 16 bits with a clear one',
    { depth: 16, colorType: 0, chunks: [['tRNS', new Uint8Array([1, 2])]] },
  ],
  ['colours', { depth: 8, colorType: 2 }],
  ['colours of 16 bits', { depth: 16, colorType: 2 }],
  [
    'colours with a clear one',
    { depth: 8, colorType: 2, chunks: [['tRNS', new Uint8Array([0, 1, 0, 2, 0, 3])]] },
  ],
  ['gray with alpha', { depth: 8, colorType: 4 }],
  ['gray with alpha of 16 bits', { depth: 16, colorType: 4 }],
  ['colours with alpha', { depth: 8, colorType: 6 }],
  ['colours with alpha of 16 bits', { depth: 16, colorType: 6 }],
];

describe('gives the pixels of runtime-node to the byte', () => {
  test.each(kinds)('%s', (_, parts) => expectSame(pngOf({ ...size, ...parts })));

  test.each([
    ['colours', { depth: 8, colorType: 2 }],
    ['colours of 16 bits', { depth: 16, colorType: 2 }],
    ['gray of 1 bit', { depth: 1, colorType: 0 }],
    ['gray with alpha', { depth: 8, colorType: 4 }],
    ['a palette of 4 bits', { depth: 4, colorType: 3, chunks: [palette(16)] }],
  ] as const)('interlaced: %s', async (_, parts) => {
    // Of some sizes a pass has no pixels.
    for (const [width, height] of [
      [13, 11],
      [1, 1],
      [3, 2],
      [5, 9],
    ] as const)
      await expectSame(pngOf({ width, height, ...parts, interlaced: true }));
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i', async (orientation) => {
    const data = Buffer.from(Array.from({ length: 13 * 11 * 3 }, (_, i) => (i * 7919) % 251));
    await expectSame(
      await sharp(data, { raw: { ...size, channels: 3 } })
        .png()
        .withMetadata({ orientation })
        .toBuffer(),
    );
  });
});

describe('refuses', () => {
  const plain = pngOf({ ...size, depth: 8, colorType: 2 });

  test('a file cut off anywhere', () => {
    for (let length = 9; length < plain.length; length++)
      expect(() => decodePng(plain.subarray(0, length), limit), `${length}`).toThrow(/cut off/);
  });

  test('any changed byte of a chunk', () => {
    for (let at = 8; at < plain.length; at++) {
      const bytes = plain.slice();
      bytes[at]! ^= 0x10;
      expect(() => decodePng(bytes, limit), `${at}`).toThrow();
    }
  });

  test('too many pixels, before they are unpacked', () => {
    const header = {
      width: 40_000,
      height: 40_000,
      depth: 8,
      colorType: 0,
      rows: new Uint8Array(9),
    } as const;
    expect(() => decodePng(pngOf(header), limit)).toThrow(
      '40000 x 40000 pixels, more than the limit of 1000000',
    );
    expect(() => decodePng(plain, 13 * 11 - 1)).toThrow(/limit of 142/);
    expect(decodePng(plain, 13 * 11).width).toBe(13);
  });

  test('fewer rows than the header says', () => {
    const rows = new Uint8Array(40 * 10);
    expect(() => decodePng(pngOf({ ...size, depth: 8, colorType: 2, rows }), limit)).toThrow();
  });

  test('more data than pixels, which may unpack to many times of it', () => {
    const rows = randomBytes(100_000);
    const text = pngOf({ width: 1, height: 1, depth: 8, colorType: 0, rows });
    expect(() => decodePng(text, limit)).toThrow(/more data than pixels/);
  });

  test('what is no PNG that it knows', () => {
    const apple = pngOf({ ...size, depth: 8, colorType: 2, chunks: [['CgBI', new Uint8Array(4)]] });
    expect(() => decodePng(apple, limit)).toThrow('a PNG with a chunk "CgBI"');
    const rows = new Uint8Array(9);
    expect(() => decodePng(pngOf({ ...size, depth: 8, colorType: 5 as 4, rows }), limit)).toThrow(
      'a PNG of colour type 5 with 8 bits',
    );
    expect(() => decodePng(pngOf({ ...size, depth: 4, colorType: 2, rows }), limit)).toThrow('with 4 bits');
    expect(() => decodePng(pngOf({ ...size, width: 0, depth: 8, colorType: 2, rows }), limit)).toThrow(
      '0 x 11',
    );
    const index = pngOf({ ...size, depth: 8, colorType: 3, chunks: [palette(3)] });
    expect(() => decodePng(index, limit)).toThrow(/a PNG with colour \d+ of a palette of 3/);
    expect(() => decodePng(pngOf({ ...size, depth: 8, colorType: 3 }), limit)).toThrow('without its palette');
    const filter = new Uint8Array(11 * (13 * 3 + 1));
    filter[0] = 5;
    expect(() => decodePng(pngOf({ ...size, depth: 8, colorType: 2, rows: filter }), limit)).toThrow(
      'a PNG with a filter 5',
    );
  });

  test('what unpacks to many times of the picture, without keeping it', () => {
    // 60 MB of zeros in 60 kB.
    const bomb = pngOf({ width: 4, height: 4, depth: 8, colorType: 0, rows: new Uint8Array(6e7) });
    expect(decodePng(bomb, limit).data).toEqual(new Uint8Array(16));
  });

  test('nothing because of a text or a profile, which are not looked at', () => {
    const chunks = [
      ['tEXt', Buffer.from('Comment\0caf\xe9', 'latin1')],
      ['iCCP', new Uint8Array(7)],
    ] as const;
    expect(decodePng(pngOf({ ...size, depth: 8, colorType: 2, chunks }), limit)).toEqual(
      decodePng(plain, limit),
    );
  });
});

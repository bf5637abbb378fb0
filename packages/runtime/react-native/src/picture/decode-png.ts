import { convertIndexedToRgb, type DecodedPng, decode } from 'fast-png';
import { type Pixels, upright } from './orientation.ts';
import { type PngFile, readPngFile } from './png-file.ts';

const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * The pixels of a PNG, 8 bits a channel, upright: of 16 bits the upper 8, a palette as colours, gray with alpha as
 * red, green, blue and alpha. Colour profiles are not looked at.
 * @throws Error that says what is wrong with the file
 */
export function decodePng(bytes: Uint8Array, maxPixels: number): Pixels {
  const file = readPngFile(bytes);
  check(file, maxPixels);
  const png = decode(file.essence, { checkCrc: true });
  return upright(file.colorType === 3 ? fromPalette(png) : fromSamples(png), file.orientation);
}

function check(file: PngFile, maxPixels: number): void {
  const { width, height, depth, colorType, interlaced, compressed } = file;
  if (width * height > maxPixels || width === 0 || height === 0)
    throw new Error(`${width} x ${height} pixels, more than the limit of ${maxPixels}`);
  const channels = channelsOf[colorType];
  if (channels === undefined) throw new Error(`a PNG of colour type ${colorType}`);
  // The decoder takes such pixels for bytes.
  if (interlaced && depth < 8) throw new Error(`an interlaced PNG of ${depth} bits a channel`);
  // A little more than pixels that are not compressed: what unpacks to many times of them is never unpacked.
  const raw = height * (1 + Math.ceil((width * channels * depth) / 8));
  if (compressed > 2 * raw + 65_536) throw new Error('a PNG with more data than pixels');
}

function fromPalette(png: DecodedPng): Pixels {
  const data = convertIndexedToRgb(png);
  const { width, height } = png;
  return { data, width, height, channels: data.length === 4 * width * height ? 4 : 3 };
}

/** Gray or colours, with or without alpha. */
function fromSamples({ width, height, depth, channels, data, transparency }: DecodedPng): Pixels {
  const samples = depth < 8 ? unpacked(data as Uint8Array, width, height, depth) : data;
  const toByte = depth === 16 ? (value: number) => value >> 8 : (value: number) => value * scaleOf(depth);
  const colours = channels >= 3 ? 3 : 1;
  const hasAlpha = channels === 2 || channels === 4 || transparency !== undefined;
  const out = hasAlpha ? 4 : (colours as 1 | 3);
  const bytes = new Uint8Array(width * height * out);
  for (let from = 0, to = 0; from < samples.length; from += channels, to += out) {
    for (let c = 0; c < Math.min(out, 3); c++) bytes[to + c] = toByte(samples[from + (c % colours)]!);
    if (!hasAlpha) continue;
    const clear = transparency?.every((value, c) => value === samples[from + c]);
    if (transparency) bytes[to + 3] = clear ? 0 : 255;
    else bytes[to + 3] = toByte(samples[from + channels - 1]!);
  }
  return { data: bytes, width, height, channels: out };
}

const scaleOf = (depth: number): number => 255 / (2 ** depth - 1);

/** Samples of fewer than 8 bits, each row of which begins at a byte. */
function unpacked(data: Uint8Array, width: number, height: number, depth: number): Uint8Array {
  const samples = new Uint8Array(width * height);
  const rowBytes = Math.ceil((width * depth) / 8);
  const mask = 2 ** depth - 1;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      samples[y * width + x] = (data[y * rowBytes + (bit >> 3)]! >> (8 - depth - (bit & 7))) & mask;
    }
  return samples;
}

import { type Pixels, upright } from './orientation.ts';
import { type PngFile, readPngFile } from './png-file.ts';
import { eachRow } from './png-rows.ts';

/** By colour type: samples a pixel, and how many bits they may have. */
const kinds: Readonly<Record<number, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

/**
 * The pixels of a PNG, 8 bits a channel, upright: of 16 bits the upper 8, a palette as colours, gray with alpha as
 * red, green, blue and alpha. Colour profiles are not looked at.
 * @throws Error that says what is wrong with the file
 */
export function decodePng(bytes: Uint8Array, maxPixels: number): Pixels {
  const file = readPngFile(bytes);
  const { width, height, depth, colorType } = file;
  if (width * height > maxPixels)
    throw new Error(`${width} x ${height} pixels, more than the limit of ${maxPixels}`);
  if (width === 0 || height === 0) throw new Error(`a PNG of ${width} x ${height} pixels`);
  const kind = kinds[colorType];
  if (!kind?.depths.includes(depth)) throw new Error(`a PNG of colour type ${colorType} with ${depth} bits`);
  const { channels, paint } = painter(file, kind.channels);
  const data = new Uint8Array(width * height * channels);
  eachRow(file, kind.channels, ({ x, y, dx, dy }, row, count, packed) => {
    const samples = samplesOf(packed, depth, count * kind.channels);
    paint(samples, data, ((y + row * dy) * width + x) * channels, dx * channels);
  });
  return upright({ data, width, height, channels }, file.orientation);
}

interface Painter {
  readonly channels: Pixels['channels'];
  /** Writes the pixels of a row: the first at `at`, each `step` bytes after the one before. */
  readonly paint: (samples: ArrayLike<number>, out: Uint8Array, at: number, step: number) => void;
}

const painter = (file: PngFile, samples: number): Painter =>
  file.colorType === 3 ? ofPalette(file) : ofSamples(file, samples);

function ofPalette({ palette, transparency }: PngFile): Painter {
  if (!palette || palette.length === 0 || palette.length % 3 !== 0)
    throw new Error('a PNG without its palette');
  const colours = palette.length / 3;
  const alpha = Uint8Array.from({ length: colours }, (_, i) => transparency?.[i] ?? 255);
  const channels = transparency ? 4 : 3;
  return {
    channels,
    paint(samples, out, start, step) {
      for (let i = 0, at = start; i < samples.length; i++, at += step) {
        const colour = samples[i]!;
        if (colour >= colours) throw new Error(`a PNG with colour ${colour} of a palette of ${colours}`);
        out[at] = palette[3 * colour]!;
        out[at + 1] = palette[3 * colour + 1]!;
        out[at + 2] = palette[3 * colour + 2]!;
        if (channels === 4) out[at + 3] = alpha[colour]!;
      }
    },
  };
}

/** Gray or colours, with alpha of their own, with one colour that is clear, or with none of both. */
function ofSamples({ depth, transparency }: PngFile, count: number): Painter {
  const colours = count < 3 ? 1 : 3;
  const hasAlpha = count !== colours;
  const clear = hasAlpha ? undefined : clearColour(transparency, colours);
  const channels = hasAlpha || clear ? 4 : colours;
  // Whole numbers: 255, 85, 17, 1.
  const scale = depth < 8 ? 255 / (2 ** depth - 1) : 1;
  const shift = depth === 16 ? 8 : 0;
  return {
    channels,
    paint(samples, out, start, step) {
      for (let from = 0, at = start; from < samples.length; from += count, at += step) {
        const first = (samples[from]! >> shift) * scale;
        out[at] = first;
        if (channels === 1) continue;
        out[at + 1] = colours === 1 ? first : samples[from + 1]! >> shift;
        out[at + 2] = colours === 1 ? first : samples[from + 2]! >> shift;
        if (hasAlpha) out[at + 3] = samples[from + colours]! >> shift;
        else if (clear) out[at + 3] = clear.every((value, c) => value === samples[from + c]) ? 0 : 255;
      }
    },
  };
}

function clearColour(transparency: Uint8Array | undefined, colours: number): number[] | undefined {
  if (!transparency || transparency.length < 2 * colours) return undefined;
  return Array.from({ length: colours }, (_, c) => transparency[2 * c]! * 256 + transparency[2 * c + 1]!);
}

/** The first `count` samples of a row. */
function samplesOf(row: Uint8Array, depth: number, count: number): ArrayLike<number> {
  if (depth === 8) return row;
  const samples = new Uint16Array(count);
  if (depth === 16) for (let i = 0; i < count; i++) samples[i] = row[2 * i]! * 256 + row[2 * i + 1]!;
  else {
    const mask = 2 ** depth - 1;
    for (let i = 0; i < count; i++) {
      const bit = i * depth;
      samples[i] = (row[bit >> 3]! >> (8 - depth - (bit & 7))) & mask;
    }
  }
  return samples;
}

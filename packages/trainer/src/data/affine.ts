import { inRange } from '../options.ts';
import type { Augmentation } from './augment.ts';
import { draws } from './draws.ts';

export interface AffineOptions {
  /** Largest rotation to either side, in degrees. */
  readonly rotate?: number;
  /** Largest move along each axis, in pixels. */
  readonly shift?: number;
  /** Smallest and largest factor, or s for 1 − s to 1 + s. */
  readonly scale?: number | readonly [smallest: number, largest: number];
  /** Smallest share of the sides that a random crop keeps; what is kept fills the picture. */
  readonly crop?: number;
  /** Level of what comes in from outside of the picture; 0 unless given. */
  readonly fill?: number;
}

/**
 * Rotation, scale, shift and crop, drawn at random and done in one bilinear pass around the centre.
 * @throws InputError when an option is out of its range
 */
export function affine(options: AffineOptions): Augmentation {
  const where = 'affine';
  const rotate = (inRange(where, 'rotate', options.rotate ?? 0, 0, 181) * Math.PI) / 180;
  const shift = inRange(where, 'shift', options.shift ?? 0, 0, Infinity);
  const { scale = 0 } = options;
  const [smallest, largest] = typeof scale === 'number' ? [1 - scale, 1 + scale] : scale;
  inRange(where, 'scale', smallest, Number.MIN_VALUE, Infinity);
  inRange(where, 'scale', largest, smallest, Infinity);
  const crop = inRange(where, 'crop', options.crop ?? 1, Number.MIN_VALUE, 1 + Number.EPSILON);
  const fill = inRange(where, 'fill', options.fill ?? 0, 0, 256);
  return (pixels, [height, width, channels], generator) => {
    const u = draws(generator, 7);
    const angle = (2 * u[0] - 1) * rotate;
    const kept = crop + (1 - crop) * u[4];
    const factor = kept / (smallest + (largest - smallest) * u[1]);
    // The source of a pixel at (x, y) from the centre: R⁻¹ (x, y) · factor, moved.
    const cos = Math.cos(angle) * factor;
    const sin = Math.sin(angle) * factor;
    const moveX = (2 * u[2] - 1) * shift + ((1 - kept) * width * (2 * u[5] - 1)) / 2;
    const moveY = (2 * u[3] - 1) * shift + ((1 - kept) * height * (2 * u[6] - 1)) / 2;
    const source = { pixels: pixels.slice(), width, height, channels, fill };
    const centreX = (width - 1) / 2;
    const centreY = (height - 1) / 2;
    for (let y = 0; y < height; y++) {
      const fromX = centreX + moveX - cos * centreX + sin * (y - centreY);
      const fromY = centreY + moveY + sin * centreX + cos * (y - centreY);
      sampleRow(source, fromX, fromY, cos, sin, pixels, y * width * channels);
    }
  };
}

interface Picture {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Level outside of it. */
  readonly fill: number;
}

/**
 * Writes a row to `target` from `to` on: the pixels of `source` between the four around (x, y), weighted by nearness,
 * the next one always (cos, −sin) further. One loop without calls, as it is where augmentation spends its time.
 */
function sampleRow(
  source: Picture,
  x: number,
  y: number,
  cos: number,
  sin: number,
  target: Uint8Array,
  to: number,
): void {
  const { pixels, width, height, channels, fill } = source;
  const row = width * channels;
  const end = to + row;
  for (let at = to; at < end; at += channels, x += cos, y -= sin) {
    if (!(x >= 0 && y >= 0 && x < width - 1 && y < height - 1)) {
      if (x < -1 || y < -1 || x >= width || y >= height) target.fill(fill, at, at + channels);
      else sampleEdge(source, x, y, target, at);
      continue;
    }
    const left = x | 0;
    const top = y | 0;
    const right = x - left;
    const below = y - top;
    const first = (top * width + left) * channels;
    for (let c = 0; c < channels; c++) {
      const i = first + c;
      const upper = pixels[i] + (pixels[i + channels] - pixels[i]) * right;
      const lower = pixels[i + row] + (pixels[i + row + channels] - pixels[i + row]) * right;
      target[at + c] = (upper + (lower - upper) * below + 0.5) | 0;
    }
  }
}

/** The same where some of the four are outside. */
function sampleEdge(source: Picture, x: number, y: number, target: Uint8Array, at: number): void {
  const left = Math.floor(x);
  const top = Math.floor(y);
  for (let c = 0; c < source.channels; c++) {
    const a = level(source, left, top, c);
    const b = level(source, left, top + 1, c);
    const upper = a + (level(source, left + 1, top, c) - a) * (x - left);
    const lower = b + (level(source, left + 1, top + 1, c) - b) * (x - left);
    target[at + c] = upper + (lower - upper) * (y - top) + 0.5;
  }
}

function level({ pixels, width, height, channels, fill }: Picture, x: number, y: number, c: number): number {
  return x < 0 || y < 0 || x >= width || y >= height ? fill : pixels[(y * width + x) * channels + c];
}

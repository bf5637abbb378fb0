import { inRange } from '../nn/options.ts';
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
    const source = pixels.slice();
    const centreX = (width - 1) / 2;
    const centreY = (height - 1) / 2;
    for (let y = 0; y < height; y++) {
      let fromX = centreX + moveX - cos * centreX + sin * (y - centreY);
      let fromY = centreY + moveY + sin * centreX + cos * (y - centreY);
      for (let x = 0; x < width; x++) {
        sample(source, width, height, channels, fromX, fromY, fill, pixels, (y * width + x) * channels);
        fromX += cos;
        fromY -= sin;
      }
    }
  };
}

/** Writes the pixel between the four around (x, y), weighted by nearness; outside of the picture is `fill`. */
function sample(
  source: Uint8Array,
  width: number,
  height: number,
  channels: number,
  x: number,
  y: number,
  fill: number,
  target: Uint8Array,
  at: number,
): void {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const right = x - left;
  const below = y - top;
  const hasLeft = left >= 0 && left < width;
  const hasRight = left >= -1 && left < width - 1;
  const hasTop = top >= 0 && top < height;
  const hasBelow = top >= -1 && top < height - 1;
  const first = (top * width + left) * channels;
  for (let c = 0; c < channels; c++) {
    const i = first + c;
    const a = hasTop && hasLeft ? source[i] : fill;
    const b = hasTop && hasRight ? source[i + channels] : fill;
    const d = hasBelow && hasLeft ? source[i + width * channels] : fill;
    const e = hasBelow && hasRight ? source[i + (width + 1) * channels] : fill;
    const upper = a + (b - a) * right;
    target[at + c] = upper + (d + (e - d) * right - upper) * below + 0.5;
  }
}

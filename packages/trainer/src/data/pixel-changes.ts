import { InputError } from '@trainyard/autograd';
import { inRange } from '../nn/options.ts';
import type { Augmentation } from './augment.ts';
import { draws } from './draws.ts';

/** Mirrors half of the pictures, left to right, upside down, or each of both. */
export function flip(direction: 'horizontal' | 'vertical' | 'both'): Augmentation {
  if (!['horizontal', 'vertical', 'both'].includes(direction))
    throw new InputError('flip', 'horizontal, vertical or both', direction);
  return (pixels, [height, width, channels], generator) => {
    const [u, v] = draws(generator, 2);
    const mirrored = direction !== 'vertical' && u < 0.5;
    const upended = direction !== 'horizontal' && v < 0.5;
    if (!mirrored && !upended) return;
    const source = pixels.slice();
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const from = (upended ? height - 1 - y : y) * width + (mirrored ? width - 1 - x : x);
        for (let c = 0; c < channels; c++)
          pixels[(y * width + x) * channels + c] = source[from * channels + c];
      }
  };
}

export interface EraseOptions {
  /** Largest share of each side. */
  readonly size: number;
  /** Share of the pictures; a half unless given. */
  readonly probability?: number;
  /** Level it is painted with; 0 unless given. */
  readonly fill?: number;
}

/** Paints over a rectangle at a random place (Zhong et al., 2017). */
export function erase({ size, probability = 0.5, fill = 0 }: EraseOptions): Augmentation {
  inRange('erase', 'size', size, 0, 1 + Number.EPSILON);
  inRange('erase', 'probability', probability, 0, 1 + Number.EPSILON);
  return (pixels, [height, width, channels], generator) => {
    const u = draws(generator, 5);
    if (u[0] >= probability) return;
    const h = Math.round(u[1] * size * height);
    const w = Math.round(u[2] * size * width);
    const top = Math.floor(u[3] * (height - h + 1));
    const left = Math.floor(u[4] * (width - w + 1));
    for (let y = top; y < top + h; y++)
      pixels.fill(fill, (y * width + left) * channels, (y * width + left + w) * channels);
  };
}

/** Adds noise of the normal distribution to every number; results stay within 0 to 255. */
export function noise(deviation: number): Augmentation {
  inRange('noise', 'deviation', deviation, 0, Infinity);
  return (pixels, _, generator) => {
    const added = generator.normal([pixels.length], 0, deviation).data as Float32Array;
    for (let i = 0; i < pixels.length; i++)
      pixels[i] = Math.min(255, Math.max(0, Math.round(pixels[i] + added[i])));
  };
}

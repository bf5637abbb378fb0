import { InputError } from '@trainyard/autograd';
import { inRange } from '../options.ts';
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
    const step = mirrored ? -channels : channels;
    for (let y = 0; y < height; y++) {
      let to = y * width * channels;
      let from = ((upended ? height - 1 - y : y) * width + (mirrored ? width - 1 : 0)) * channels;
      for (let x = 0; x < width; x++, from += step)
        for (let c = 0; c < channels; c++) pixels[to++] = source[from + c];
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

/** Deviation of the sum of four even bytes, √(4 · (256² − 1) / 12). */
const byteSumDeviation = Math.sqrt((256 ** 2 - 1) / 3);

/**
 * Adds noise that is normal to the eye to every number, the sum of four even draws; results stay within 0 to 255.
 * @param deviation standard deviation, in levels of 255
 */
export function noise(deviation: number): Augmentation {
  const factor = inRange('noise', 'deviation', deviation, 0, Infinity) / byteSumDeviation;
  return (pixels, _, generator) => {
    const words = generator.words(pixels.length);
    for (let i = 0; i < pixels.length; i++) {
      const word = words[i];
      const bytes = (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24);
      pixels[i] = Math.min(255, Math.max(0, Math.round(pixels[i] + (bytes - 510) * factor)));
    }
  };
}

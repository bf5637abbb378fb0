import type { Generator } from '@trainyard/autograd';
import { type AffineOptions, affine } from './affine.ts';
import type { ImageShape } from './image-shape.ts';
import { erase, flip, noise } from './pixel-changes.ts';

/** Changes one picture, its pixels 0 to 255 as [row, column, channel], in place; it draws from `generator` alone. */
export type Augmentation = (pixels: Uint8Array, shape: ImageShape, generator: Generator) => void;

/** One after the other. */
export const compose =
  (...steps: readonly Augmentation[]): Augmentation =>
  (pixels, shape, generator) => {
    for (const step of steps) step(pixels, shape, generator);
  };

/** What `augmentation` does to pictures; whatever is left out is not done. Plain data, so a config can hold it. */
export interface AugmentOptions extends AffineOptions {
  readonly flip?: 'horizontal' | 'vertical' | 'both';
  /** Paints over a rectangle of up to this share of each side, in half of the pictures. */
  readonly erase?: number;
  /** Standard deviation of noise that is added to each number, in levels of 255. */
  readonly noise?: number;
}

/**
 * Random changes by their options, in this order: flip; rotation, scale, shift and crop in one pass; erase; noise.
 * @throws InputError when an option is out of its range
 */
export function augmentation(options: AugmentOptions): Augmentation {
  const warps = options.rotate || options.shift || options.scale || options.crop;
  return compose(
    ...(options.flip ? [flip(options.flip)] : []),
    ...(warps ? [affine(options)] : []),
    ...(options.erase ? [erase({ size: options.erase, fill: options.fill ?? 0 })] : []),
    ...(options.noise ? [noise(options.noise)] : []),
  );
}

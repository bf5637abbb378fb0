import type { Generator } from '@trainyard/autograd';
import type { ImageShape } from './image-shape.ts';

/** Changes one picture, its pixels 0 to 255 as [row, column, channel], in place; it draws from `generator` alone. */
export type Augmentation = (pixels: Uint8Array, shape: ImageShape, generator: Generator) => void;

/** One after the other. */
export const compose =
  (...steps: readonly Augmentation[]): Augmentation =>
  (pixels, shape, generator) => {
    for (const step of steps) step(pixels, shape, generator);
  };

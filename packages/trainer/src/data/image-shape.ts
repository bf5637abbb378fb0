import { InputError } from '@trainyard/autograd';
import type { ImageSplit } from '../dataset.ts';

export type ImageShape = readonly [height: number, width: number, channels: number];

/**
 * The size of a split's pictures: as given, or square with 1 or 3 channels where that fits the number of pixels.
 * @throws InputError when the split is empty, its arrays do not fit, or the size must be given
 */
export function imageShapeOf({ images, labels, length }: ImageSplit, given?: ImageShape): ImageShape {
  if (length < 1) throw new InputError('split', 'at least one picture', 'none');
  if (labels.length !== length)
    throw new InputError('split', `${length} labels`, String(labels.length), 'one label a picture');
  const pixels = images.length / length;
  const guess = [1, 3].map((channels) => [Math.sqrt(pixels / channels), channels]);
  const square = guess.find(([side]) => Number.isInteger(side));
  const shape = given ?? (square && ([square[0], square[0], square[1]] as const));
  if (!shape)
    throw new InputError(
      'split',
      'square pictures of 1 or 3 channels',
      `${pixels} numbers a picture`,
      'give imageShape',
    );
  if (shape[0] * shape[1] * shape[2] !== pixels)
    throw new InputError('split', `pictures of ${shape.join('×')}`, `${pixels} numbers a picture`);
  return shape;
}

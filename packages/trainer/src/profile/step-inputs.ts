import { Generator, InputError, sizeOf, type Tensors } from '@trainyard/autograd';
import { imageShapeOf } from '../data/image-shape.ts';
import { type Batch, type ImageShape, Loader } from '../data/index.ts';
import type { ImageSplit } from '../dataset.ts';
import { describeNetwork } from '../describe.ts';
import { classesOf } from '../evaluate.ts';
import { loadState, type Module, parameterValues } from '../module.ts';
import { initialize } from '../nn/initialize.ts';

export interface PicturesOptions {
  readonly batchSize: number;
  readonly pictures?: ImageSplit;
  readonly imageShape?: ImageShape;
}

/**
 * The first batch of the pictures that were given, or random ones.
 * @throws InputError, NetworkError when there is no way to know their size, or they don't fit the network
 */
export function batchOf(
  network: Module,
  { batchSize, pictures, imageShape }: PicturesOptions,
  seed: number,
): Batch {
  if (!pictures && !imageShape)
    throw new InputError('profileStep', 'pictures, or imageShape to draw some', 'neither');
  const shape = pictures ? imageShapeOf(pictures, imageShape) : imageShape!;
  const { output } = describeNetwork(network, { dtype: 'uint8', shape: [1, ...shape] });
  const classes = classesOf(output, pictures?.labels ?? new Int32Array());
  const split = pictures ?? randomPictures(batchSize, shape, classes, seed);
  return new Loader(split, { batchSize, imageShape: shape }).batch(0, 0);
}

function randomPictures(length: number, shape: ImageShape, classes: number, seed: number): ImageSplit {
  const generator = new Generator(seed);
  return {
    images: Uint8Array.from(generator.words(length * sizeOf(shape)), (word) => word >>> 24),
    labels: Int32Array.from(generator.words(length), (word) => word % classes),
    length,
  };
}

/** Values of a network's parameters; those that it does not have yet are drawn, and not kept. */
export function drawnValues(network: Module, seed: number): Tensors {
  const before = parameterValues(network);
  try {
    initialize(network, seed, { blankOnly: true });
    return parameterValues(network);
  } finally {
    loadState(network, before);
  }
}

export { type AffineOptions, affine } from './affine.ts';
export { type Augmentation, type AugmentOptions, augmentation, compose } from './augment.ts';
export { type ImageShape, imageShapeOf } from './image-shape.ts';
export { type Batch, Loader, type LoaderOptions } from './loader.ts';
export { nextTurn } from './next-turn.ts';
export { type EraseOptions, erase, flip, noise } from './pixel-changes.ts';

export { type Augmentation, compose } from './augment.ts';
export { type ImageShape, imageShapeOf } from './image-shape.ts';
export { type Batch, Loader, type LoaderOptions } from './loader.ts';
export { nextTurn } from './next-turn.ts';

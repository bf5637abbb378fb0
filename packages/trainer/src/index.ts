export type { ImageDataset, ImageSplit } from './dataset.ts';
export * from './module.ts';

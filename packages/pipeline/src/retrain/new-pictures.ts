import type { ImageDataset, ImageSplit } from '@trainyard/trainer';
import { pick } from '../dataset-file.ts';
import type { TrainedOn } from './old-pictures.ts';
import { pictureKeys } from './picture-keys.ts';

/**
 * Training pictures of a dataset that a model has not been trained on, or with another label; all of them where their
 * size is another one.
 */
export function newPicturesOf({ classes, imageShape, train }: ImageDataset, old: TrainedOn): ImageSplit {
  if (old.imageShape.join() !== imageShape.join()) return train;
  const labelled = (keys: string[], labels: Int32Array, names: readonly string[]): string[] =>
    keys.map((key, i) => `${key} ${names[labels[i]]}`);
  const known = new Set(labelled(pictureKeys(old.train, imageShape), old.train.labels, old.classes));
  const keys = labelled(pictureKeys(train, imageShape), train.labels, classes);
  return pick(train, (i) => !known.has(keys[i]));
}

import { type FeatureReference, featureReference, type JsonObject } from '@trainyard/registry';
import type { ImageSplit } from '@trainyard/trainer';
import * as v from 'valibot';
import type { DatasetInfo } from '../dataset-file.ts';
import { featureValues } from './features.ts';

/** Numbers of pictures by the name of their class. */
export type ClassCounts = Readonly<Record<string, number>>;

/** What is kept of a dataset, to see later whether pictures have moved away from it. */
export interface Statistics {
  /** Digest of the dataset as it was loaded, before old pictures were put to it. */
  readonly dataset: string;
  readonly imageShape: readonly number[];
  readonly pictures: number;
  readonly classes: ClassCounts;
  readonly features: Readonly<Record<string, FeatureReference>>;
}

const counts = v.pipe(v.number(), v.integer(), v.minValue(0));
const numbers = v.pipe(v.array(v.number()), v.minLength(1));
const statisticsSchema = v.object({
  dataset: v.string(),
  imageShape: v.array(v.number()),
  pictures: counts,
  classes: v.record(v.string(), counts),
  features: v.record(
    v.string(),
    v.object({ count: counts, edges: numbers, counts: v.array(counts), sample: numbers }),
  ),
});

/**
 * Statistics of the current training pictures: what each feature is like, and how many pictures a class has. Old
 * pictures that were trained on as well are left out, or else new ones would never look like what there was.
 * @param split the training pictures
 * @param info what goes with them; where they are old and current ones, its segments tell them apart
 */
export function statisticsOf(
  split: ImageSplit,
  info: Pick<DatasetInfo, 'digest' | 'classes' | 'imageShape' | 'segments'>,
): JsonObject {
  const current = info.segments?.at(-1) ?? { dataset: info.digest, pictures: split.length };
  const { images, labels, length } = lastPictures(split, current.pictures);
  const classes = classCounts(info.classes, labels);
  const features = Object.fromEntries(
    Object.entries(featureValues(images, info.imageShape)).map(([name, of]) => [name, featureReference(of)]),
  );
  return { dataset: current.dataset, imageShape: [...info.imageShape], pictures: length, classes, features };
}

/** Statistics as they were stored; undefined where it is something else, as of a release that kept none. */
export function readStatistics(stored: unknown): Statistics | undefined {
  const result = v.safeParse(statisticsSchema, stored);
  return result.success ? result.output : undefined;
}

/** How many pictures each class has, in the order of the classes. */
export function classCounts(classes: readonly string[], labels: ArrayLike<number>): Record<string, number> {
  const pictures = classes.map(() => 0);
  for (let i = 0; i < labels.length; i++) pictures[labels[i]]++;
  return Object.fromEntries(classes.map((name, i) => [name, pictures[i]]));
}

function lastPictures({ images, labels, length }: ImageSplit, wanted: number): ImageSplit {
  const size = images.length / length;
  const from = length - wanted;
  return { images: images.subarray(from * size), labels: labels.subarray(from), length: wanted };
}

import { createHash } from 'node:crypto';
import { datasetDigest } from '@trainyard/datasets';
import type { ImageDataset, ImageSplit } from '@trainyard/trainer';
import { CommandError } from '../errors.ts';
import { pictureKeys } from './picture-keys.ts';
import type { OldPictureSettings } from './settings.ts';

/** Training pictures that lie one after the other and came from one dataset. */
export interface Segment {
  /** Digest of that dataset, as it was loaded. */
  readonly dataset: string;
  readonly source: string;
  readonly pictures: number;
}

/** What a model was trained on. */
export interface TrainedOn {
  readonly classes: readonly string[];
  readonly imageShape: ImageDataset['imageShape'];
  readonly train: ImageSplit;
  /** The oldest first. */
  readonly segments: readonly Segment[];
}

export interface WithOldPictures {
  /** Its digest is of what is trained on: old and current pictures, and the current test split. */
  readonly dataset: ImageDataset;
  /** The oldest first; the last one is the current pictures. */
  readonly segments: readonly Segment[];
  /** Old pictures: how many are kept, and why the others are not. */
  readonly old: OldCounts;
}

export interface OldCounts {
  readonly kept: number;
  /** Among the current training pictures, whose label counts. */
  readonly current: number;
  /** Among the current test pictures, which nothing may be trained on. */
  readonly test: number;
  /** Left out by `weight`. */
  readonly weight: number;
  /** Beyond `keep.newest`. */
  readonly window: number;
}

/**
 * Puts the pictures that a model was trained on before those of the dataset as it is now, the oldest first. A picture
 * of both counts once, with the label that it has now; one of the test split is left out. The same input gives the
 * same bytes.
 * @throws CommandError where the old pictures are of another size, or of classes that the dataset has no more
 */
export function withOldPictures(
  current: ImageDataset,
  old: TrainedOn,
  { keep, weight, seed }: OldPictureSettings,
): WithOldPictures {
  const labels = mapLabels(current, old);
  const kept = new Int32Array(old.train.length);
  const counts = { kept: 0, current: 0, test: 0, weight: 0, window: 0 };
  const test = new Set(pictureKeys(current.test, current.imageShape));
  const train = new Set(pictureKeys(current.train, current.imageShape));
  for (const [i, key] of pictureKeys(old.train, current.imageShape).entries()) {
    if (test.has(key)) counts.test++;
    else if (train.has(key)) counts.current++;
    else if (chance(seed, key) >= weight) counts.weight++;
    else kept[counts.kept++] = i;
  }
  const room = keep === 'all' ? counts.kept : Math.max(0, keep.newest - current.train.length);
  const beyond = Math.max(0, counts.kept - room);
  counts.kept -= beyond;
  counts.window = beyond;
  const indices = kept.subarray(beyond, beyond + counts.kept);
  const merged = join(old.train, labels, indices, current.train);
  const digest = datasetDigest({ ...current, train: merged });
  return {
    dataset: { ...current, train: merged, digest },
    segments: [
      ...segmentsOf(old.segments, indices),
      { dataset: current.digest, source: current.source, pictures: current.train.length },
    ],
    old: counts,
  };
}

/** A number from 0 up to 1 that seed and picture decide. */
const chance = (seed: number, key: string): number =>
  createHash('sha256').update(`${seed} ${key}`).digest().readUIntBE(0, 6) / 2 ** 48;

/** The current label for each old one, by the names of the classes. */
function mapLabels({ name, classes, imageShape }: ImageDataset, old: TrainedOn): Int32Array {
  const remedy = "train afresh: retrain.data.keep 'current'";
  const [was, is] = [old.imageShape.join('×'), imageShape.join('×')];
  if (was !== is) throw new CommandError(`${name}, old pictures`, `pictures of ${is}`, was, remedy);
  const gone = old.classes.filter((label) => !classes.includes(label));
  if (gone.length > 0)
    throw new CommandError(
      `${name}, old pictures`,
      `classes of ${classes.join(', ')}`,
      `pictures of ${gone.join(', ')} as well`,
      remedy,
    );
  return Int32Array.from(old.classes, (label) => classes.indexOf(label));
}

function join(old: ImageSplit, mapped: Int32Array, indices: Int32Array, current: ImageSplit): ImageSplit {
  const size = current.images.length / current.length;
  const images = new Uint8Array(indices.length * size + current.images.length);
  const labels = new Int32Array(indices.length + current.length);
  for (const [at, i] of indices.entries()) {
    images.set(old.images.subarray(i * size, (i + 1) * size), at * size);
    labels[at] = mapped[old.labels[i]];
  }
  images.set(current.images, indices.length * size);
  labels.set(current.labels, indices.length);
  return { images, labels, length: labels.length };
}

/** What is left of segments when these pictures of them, in rising order, stay. */
function segmentsOf(segments: readonly Segment[], indices: Int32Array): Segment[] {
  const left: Segment[] = [];
  let [end, at] = [0, 0];
  for (const segment of segments) {
    end += segment.pictures;
    const from = at;
    while (at < indices.length && indices[at] < end) at++;
    if (at > from) left.push({ ...segment, pictures: at - from });
  }
  return left;
}

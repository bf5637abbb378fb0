import type { Platform } from '@trainyard/runtime-common';
import type { ImageSplit } from '@trainyard/trainer';
import type { DatasetInfo } from '../dataset-file.ts';
import { type Contestant, openContestant, unserved } from './contestant.ts';
import type { TrainedOn } from './old-pictures.ts';
import { pictureKeys } from './picture-keys.ts';
import type { PromoteSettings } from './settings.ts';

export interface Champion {
  /** The folder of its bundle. */
  readonly bundle: string;
  /** What it was trained on: what of that is tested with now is left out of the contest. */
  readonly trainedOn?: TrainedOn;
}

/** A champion that the challenger can be held against. */
export interface Rival {
  readonly contestant: Contestant;
  /** Whether a picture of the test split takes part. */
  readonly takesPart: (index: number) => boolean;
  /** In words, what makes the comparison less than straight. */
  readonly notes: readonly string[];
}

export interface Ground {
  /** The test pictures of now. */
  readonly holdout: ImageSplit;
  readonly info: Pick<DatasetInfo, 'classes' | 'imageShape'>;
  /** Whose variant is compared, and what it prefers. */
  readonly target: Platform;
  readonly prefer: PromoteSettings['prefer'];
}

/** @returns the rival, or in words why the champion can't be one */
export async function rivalOf(
  { bundle, trainedOn }: Champion,
  { holdout, info, target, prefer }: Ground,
): Promise<Rival | string> {
  const contestant = await openContestant(bundle, prefer);
  const [missing] = unserved(contestant, [target]);
  if (missing) return `the champion was not compared: ${missing}`;
  const { input, labels } = contestant.manifest;
  const takes = [input.height, input.width, input.channels].join('×');
  const has = info.imageShape.join('×');
  if (takes !== has)
    return `the champion was not compared: it takes pictures of ${takes}, which are ${has} now`;
  const unknown = info.classes.filter((name) => !labels.includes(name));
  const gone = labels.filter((name) => !info.classes.includes(name));
  if (unknown.length === info.classes.length)
    return `the champion was not compared: it knows none of the classes ${info.classes.join(', ')}`;
  const seen = trainedOn ? new Set(pictureKeys(trainedOn.train, trainedOn.imageShape)) : new Set<string>();
  const keys = pictureKeys(holdout, info.imageShape);
  const leftOut = keys.filter((key) => seen.has(key)).length;
  if (leftOut === keys.length)
    return `the champion was not compared: it was trained on all ${leftOut} test pictures`;
  return {
    contestant,
    takesPart: (index) => !seen.has(keys[index]),
    notes: [
      ...(unknown.length > 0
        ? [`the champion does not know ${list(unknown)}, and has those pictures wrong`]
        : []),
      ...(gone.length > 0 ? [`the champion knows ${list(gone)}, which the dataset has no more`] : []),
      ...(leftOut > 0
        ? [`${leftOut} of ${keys.length} test pictures were left out: the champion was trained on them`]
        : []),
    ],
  };
}

const list = (names: readonly string[]): string =>
  `the ${names.length === 1 ? 'class' : 'classes'} ${names.join(', ')}`;

/** What a bundle with labels of its own says, in the classes of now. What is no class any more is wrong whatever it is. */
export const inClasses = (
  predictions: Int32Array,
  labels: readonly string[],
  classes: readonly string[],
  truth: Int32Array,
): Int32Array => {
  const numbers = labels.map((label) => classes.indexOf(label));
  return predictions.map((of, i) => (numbers[of] >= 0 ? numbers[of] : (truth[i] + 1) % classes.length));
};

import { InputError } from '../errors.ts';
import { checkDigest, quote } from '../names.ts';

/** Labelled pictures that no model was trained on. */
export interface Holdout {
  /** Of its pictures and labels: predictions on another one are refused. */
  readonly digest: string;
  /** Class names, in the order of their numbers. */
  readonly classes: readonly string[];
  /** The class number of each picture. */
  readonly labels: ArrayLike<number>;
}

/** What a model says about each picture of a holdout. */
export interface Predictions {
  readonly holdout: string;
  /** The number of the top class of each picture. */
  readonly classes: ArrayLike<number>;
}

export interface ClassAccuracy {
  readonly name: string;
  readonly pictures: number;
  readonly right: number;
}

export interface Score {
  readonly pictures: number;
  readonly right: number;
  readonly accuracy: number;
  readonly classes: readonly ClassAccuracy[];
}

/** @throws InputError where labels or names are not those of a classification */
export function checkHoldout({ digest, classes, labels }: Holdout): void {
  checkDigest('holdout', digest);
  if (classes.length < 2 || new Set(classes).size !== classes.length)
    throw new InputError('holdout', 'at least 2 classes, of different names', quote(classes));
  if (labels.length === 0) throw new InputError('holdout', 'pictures', 'none', 'hold some out');
  checkClasses('holdout, labels', labels, classes.length);
}

/** @throws InputError where they are not of this holdout */
export function checkPredictions(who: string, { holdout, classes }: Predictions, of: Holdout): void {
  if (holdout !== of.digest)
    throw new InputError(
      who,
      `predictions on the holdout ${of.digest}`,
      `on ${quote(holdout)}`,
      'predict on that one',
    );
  if (classes.length !== of.labels.length)
    throw new InputError(who, `${of.labels.length} predictions`, `${classes.length}`);
  checkClasses(`${who}, predictions`, classes, of.classes.length);
}

function checkClasses(where: string, numbers: ArrayLike<number>, classes: number): void {
  for (let i = 0; i < numbers.length; i++)
    if (!Number.isInteger(numbers[i]) || numbers[i] < 0 || numbers[i] >= classes)
      throw new InputError(where, `class numbers from 0 to ${classes - 1}`, `${numbers[i]} at place ${i}`);
}

/** How many pictures a model has right, of all and of each class. */
export function scoreOf({ classes, labels }: Holdout, predictions: Predictions): Score {
  const counts = classes.map((name) => ({ name, pictures: 0, right: 0 }));
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    const of = counts[labels[i]];
    of.pictures += 1;
    if (predictions.classes[i] !== labels[i]) continue;
    of.right += 1;
    right += 1;
  }
  return { pictures: labels.length, right, accuracy: right / labels.length, classes: counts };
}

/** Pictures that each of two models alone has right. */
export function discordantPairs(
  { labels }: Holdout,
  champion: Predictions,
  challenger: Predictions,
): { readonly championOnly: number; readonly challengerOnly: number } {
  let [championOnly, challengerOnly] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const champions = champion.classes[i] === labels[i];
    const challengers = challenger.classes[i] === labels[i];
    if (champions && !challengers) championOnly += 1;
    if (challengers && !champions) challengerOnly += 1;
  }
  return { championOnly, challengerOnly };
}

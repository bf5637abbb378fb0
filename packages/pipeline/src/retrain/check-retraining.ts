import { checkDrift, type DriftInput, type DriftReport, type JsonObject } from '@trainyard/registry';
import type { ImageDataset, ImageSplit } from '@trainyard/trainer';
import { type FeatureName, featureValues } from './features.ts';
import { newPicturesOf } from './new-pictures.ts';
import type { TrainedOn } from './old-pictures.ts';
import type { WhenSettings } from './settings.ts';
import { type ClassCounts, readStatistics, type Statistics } from './statistics.ts';

/** What is known of the model that serves. */
export interface CheckedChampion {
  readonly trainedAt: Date;
  /** Of the dataset, as it was loaded when the champion was trained; not asked for where `trainedOn` says it. */
  readonly datasetDigest?: string;
  /** Of that dataset, as `statisticsOf` made them and the registry kept them. */
  readonly statistics?: unknown;
  /** What it was trained on, where that is at hand: it tells new pictures from old ones. */
  readonly trainedOn?: TrainedOn;
  /** What it said of the test pictures when it was released. */
  readonly predictedClasses?: ClassCounts;
}

/** The last training of the pipeline that came to its end, whatever became of its model. */
export interface LastTraining {
  readonly finished: Date;
  /** Of the dataset that it was trained on, as `statisticsOf` made them. */
  readonly statistics?: unknown;
  /** Whether config and code were what they are now, so that the same pictures would give the same model again. */
  readonly sameRecipe: boolean;
}

export interface RetrainingCheck {
  readonly config: WhenSettings;
  readonly now: Date;
  /** Undefined where none serves yet. */
  readonly champion?: CheckedChampion;
  /** Keeps a model that was refused, rolled back, or waits for its approval from being trained again each time. */
  readonly last?: LastTraining;
  readonly current: {
    readonly dataset: ImageDataset;
    /** What the champion says of the pictures that are new, or of all. */
    readonly predictedClasses?: ClassCounts;
  };
}

export interface CheckOutcome {
  readonly needed: boolean;
  /** Why, in words with figures: what calls for it, or else what was found. */
  readonly reasons: readonly string[];
  readonly report: JsonObject;
}

/** One trigger's answer. */
interface Finding {
  readonly needed: boolean;
  readonly reasons: readonly string[];
  readonly report: JsonObject;
}

const day = 86_400_000;

/**
 * Whether a pipeline is to be trained again: for new pictures, because they look different from what the champion was
 * trained on, or because of its age. Only pictures that are new are compared, so that few of them are not lost among
 * the many that there were.
 * @throws CommandError at features that the pictures do not have
 */
export function checkRetraining({ config, now, champion, last, current }: RetrainingCheck): CheckOutcome {
  const { dataset } = current;
  if (!champion)
    return {
      needed: true,
      reasons: ['there is no champion yet'],
      report: { dataset: dataset.digest, champion: false },
    };
  const fresh = freshOf(dataset, champion);
  const byPictures = {
    newPictures: checkNewPictures(config, dataset, champion, fresh),
    drift: checkMoved(config, dataset, champion, fresh, current.predictedClasses),
  };
  const findings = {
    ...(last && hasTrainedOn(last, dataset) ? withdrawn(byPictures, last) : byPictures),
    age: checkAge(config, champion, last, now),
  };
  const all = Object.values(findings);
  const calling = all.filter(({ needed }) => needed);
  const reasons = (calling.length > 0 ? calling : all).flatMap(({ reasons }) => reasons);
  const report = Object.fromEntries(
    Object.entries(findings).map(([name, { needed, reasons, report }]) => [
      name,
      { needed, reasons, ...report },
    ]),
  );
  return {
    needed: calling.length > 0,
    reasons,
    report: { dataset: dataset.digest, champion: true, ...report },
  };
}

/** The pictures that the champion has not seen; all where it is not known what it saw, and the dataset is another. */
function freshOf(dataset: ImageDataset, champion: CheckedChampion): ImageSplit {
  const known = champion.trainedOn?.segments.at(-1)?.dataset ?? champion.datasetDigest;
  if (known === dataset.digest) return { images: new Uint8Array(0), labels: new Int32Array(0), length: 0 };
  return champion.trainedOn ? newPicturesOf(dataset, champion.trainedOn) : dataset.train;
}

function checkNewPictures(
  { newPictures: least }: WhenSettings,
  { train }: ImageDataset,
  { trainedOn }: CheckedChampion,
  fresh: ImageSplit,
): Finding {
  const report = { new: fresh.length, pictures: train.length, least, toldApart: trainedOn !== undefined };
  const found =
    fresh.length > 0 && !trainedOn
      ? `the dataset is another than the champion's, so that its ${train.length} training pictures count as new`
      : `${fresh.length} of ${train.length} training pictures are new`;
  if (least === false) return { needed: false, reasons: [], report };
  const needed = fresh.length >= least;
  return { needed, reasons: [needed ? found : `${found}, fewer than ${least}`], report };
}

const hasTrainedOn = ({ sameRecipe, statistics }: LastTraining, { digest }: ImageDataset): boolean =>
  sameRecipe && readStatistics(statistics)?.dataset === digest;

/** What calls for a training calls no more when there has been one that could only be repeated. */
function withdrawn<T extends Record<string, Finding>>(findings: T, { finished }: LastTraining): T {
  const on = finished.toISOString().slice(0, 10);
  const reason = `these pictures were trained on already, on ${on}, and the model does not serve`;
  const changed = Object.entries(findings).map(([name, finding]) => [
    name,
    finding.needed ? { ...finding, needed: false, reasons: [...finding.reasons, reason] } : finding,
  ]);
  return Object.fromEntries(changed) as T;
}

/** Counted from the last training: one of the same pictures may have given the champion's very bytes. */
function checkAge(
  { maxAgeDays: most }: WhenSettings,
  { trainedAt }: CheckedChampion,
  last: LastTraining | undefined,
  now: Date,
): Finding {
  const since = Math.max(trainedAt.getTime(), last?.finished.getTime() ?? 0);
  const days = (now.getTime() - since) / day;
  const report = { days, most: most ?? null };
  if (most === undefined) return { needed: false, reasons: [], report };
  const needed = days >= most;
  const found = `the last training was ${days.toFixed(1)} days ago`;
  return { needed, reasons: [`${found}, ${needed ? 'at least' : 'less than'} ${most}`], report };
}

function checkMoved(
  { drift }: WhenSettings,
  { imageShape }: ImageDataset,
  champion: CheckedChampion,
  fresh: ImageSplit,
  predicted: ClassCounts | undefined,
): Finding {
  if (drift === false) return { needed: false, reasons: [], report: { compared: 0 } };
  const skip = (reason: string): Finding => ({
    needed: false,
    reasons: [reason],
    report: { compared: 0 },
  });
  if (fresh.length === 0) return skip('drift: there is nothing new to compare');
  const statistics = readStatistics(champion.statistics);
  if (!statistics) return skip('drift: no statistics of what the champion was trained on were kept');
  if (statistics.imageShape.join() !== imageShape.join())
    return skip(
      `drift: pictures of ${imageShape.join('×')} do not compare with ${statistics.imageShape.join('×')}`,
    );
  const { features, ...thresholds } = drift;
  const input = {
    features: featuresToCompare(statistics, fresh, imageShape, features),
    ...classesToCompare(champion.predictedClasses, predicted),
  };
  if (Object.keys(input.features).length === 0 && !input.classes)
    return skip('drift: no statistics of these features were kept');
  const result: DriftReport = checkDrift(input, thresholds);
  return {
    needed: result.drifted,
    reasons: result.reasons,
    report: { compared: fresh.length, ...(JSON.parse(JSON.stringify(result)) as JsonObject) },
  };
}

function featuresToCompare(
  statistics: Statistics,
  { images }: ImageSplit,
  imageShape: ImageDataset['imageShape'],
  names?: readonly FeatureName[],
): NonNullable<DriftInput['features']> {
  return Object.fromEntries(
    Object.entries(featureValues(images, imageShape, names))
      .filter(([name]) => Object.hasOwn(statistics.features, name))
      .map(([name, current]) => [name, { reference: statistics.features[name], current }]),
  );
}

/** Both by class, where both are known; a class that one side lacks has no pictures there. */
function classesToCompare(reference?: ClassCounts, current?: ClassCounts): Pick<DriftInput, 'classes'> {
  if (!reference || !current) return {};
  const names = [...new Set([...Object.keys(reference), ...Object.keys(current)])];
  const counts = (of: ClassCounts): number[] => names.map((name) => (Object.hasOwn(of, name) ? of[name] : 0));
  if (counts(reference).every((count) => count === 0)) return {};
  return { classes: { reference: counts(reference), current: counts(current) } };
}

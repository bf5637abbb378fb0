import { platforms } from '@trainyard/runtime-common';
import * as v from 'valibot';
import { featureNames } from './features.ts';

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const positive = v.pipe(v.number(), v.gtValue(0));
const atLeastZero = v.pipe(v.number(), v.minValue(0));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const significance = v.pipe(v.number(), v.gtValue(0), v.ltValue(1));

const data = v.strictObject({
  /**
   * Pictures to train on: `current`, what the dataset holds now; `all`, also those that the champion was trained on and
   * that the dataset has no more; `{ newest: n }`, as many of these, the newest first, as make n with the current ones,
   * which are always all of them.
   */
  keep: v.optional(
    v.union(
      [v.picklist(['current', 'all']), v.strictObject({ newest: count })],
      "'current', 'all' or { newest }",
    ),
    'current',
  ),
  /** Share of the old pictures that is kept; picture and seed decide which, once and for all. */
  weight: v.optional(share, 1),
});

const drift = v.strictObject({
  /** Stability index from which a feature, or the share of predicted classes, has moved. */
  maxIndex: v.optional(positive, 0.25),
  /** Distance of Kolmogorov and Smirnov from which a feature has moved. */
  maxDistance: v.optional(v.pipe(positive, v.maxValue(1)), 0.15),
  /** A move whose p-value, corrected for the number of tests, is not below this may be chance. */
  alpha: v.optional(significance, 0.01),
  /** Pictures below which nothing is concluded. */
  minCount: v.optional(count, 50),
  /** All that the pictures have, unless given. */
  features: v.optional(v.pipe(v.array(v.picklist(featureNames)), v.minLength(1))),
});

const when = v.strictObject({
  /** Training pictures that the champion has not seen; `false`: new pictures alone are no reason. */
  newPictures: v.optional(v.union([count, v.literal(false)], 'a whole number from 1, or false'), 1),
  /** Whether what the new pictures look like, or what the champion sees in them, has moved; `false`: not looked at. */
  drift: v.optional(v.union([drift, v.literal(false)], 'thresholds, or false'), {}),
  /** Days after which a champion is trained again, whatever the pictures are. */
  maxAgeDays: v.optional(positive),
});

const budget = v.strictObject({
  /** Size of the model's file. */
  maxBytes: v.optional(count),
  /** Milliseconds of one picture at the 95th percentile, on the machine that makes the bundle; for `node` alone. */
  maxLatencyMs: v.optional(positive),
  minAccuracy: v.optional(share),
  /** Share of test pictures that the variant puts into the class that the trained network puts them into. */
  minAgreement: v.optional(share),
  /** Largest difference of a logit from the trained network's. */
  maxLogitDifference: v.optional(atLeastZero),
});

const promote = v.strictObject({
  /** `automatic`: who passes the gate serves. `approval`: someone has to approve as well. */
  by: v.optional(v.picklist(['automatic', 'approval']), 'automatic'),
  /** `better` than the champion by more than chance explains; or `not-worse`, to keep a model fresh. */
  require: v.optional(v.picklist(['better', 'not-worse']), 'better'),
  /** The p-value of McNemar's test below which a difference is more than chance. */
  alpha: v.optional(significance, 0.05),
  /** Accuracy that a challenger may lose where it must be `not-worse`. */
  maxDrop: v.optional(share, 0.005),
  minAccuracy: v.optional(share),
  /** Accuracy that every class must reach, or those that are named. */
  minClassAccuracy: v.optional(v.union([share, v.record(v.string(), share)], 'a share, or shares by class')),
  /** Accuracy that a class may lose against the champion. */
  maxClassDrop: v.optional(share),
  /** What a target prefers as it loads the bundle, where that is not accuracy: speed, size or a variant's name. */
  prefer: v.optional(v.partial(v.strictObject(perPlatform(v.string()))), {}),
  /** What a target allows of the variant that it chooses. */
  budgets: v.optional(v.partial(v.strictObject(perPlatform(budget))), {}),
});

/** When and how a pipeline is trained again, and what its new model must do to serve. */
export const retrainSchema = v.strictObject({
  /** `cold`: from the network's first weights. `warm`: from the champion's. */
  start: v.optional(v.picklist(['cold', 'warm']), 'cold'),
  data: v.optional(data, {}),
  when: v.optional(when, {}),
  promote: v.optional(promote, {}),
});

export type RetrainSettings = v.InferOutput<typeof retrainSchema>;
export type StartMode = RetrainSettings['start'];
export type DataSettings = RetrainSettings['data'];
/** How old pictures are kept, with the seed that chooses among them. */
export interface OldPictureSettings {
  readonly keep: Exclude<DataSettings['keep'], 'current'>;
  readonly weight: number;
  readonly seed: number;
}
export type WhenSettings = RetrainSettings['when'];
export type PromoteSettings = RetrainSettings['promote'];

function perPlatform<T>(value: T): Record<(typeof platforms)[number], T> {
  return Object.fromEntries(platforms.map((platform) => [platform, value])) as never;
}

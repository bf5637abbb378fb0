import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const seed = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const innerShare = v.pipe(v.number(), v.gtValue(0), v.ltValue(1));

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
const json: v.GenericSchema<Json> = v.union(
  [
    v.string(),
    v.number(),
    v.boolean(),
    v.null(),
    v.array(v.lazy(() => json)),
    v.record(
      v.string(),
      v.lazy(() => json),
    ),
  ],
  'plain data',
);

const dimension = v.union(
  [
    v.strictObject({ values: v.pipe(v.array(json), v.minLength(1)) }),
    v.strictObject({
      min: v.number(),
      max: v.number(),
      /** `log`: each factor of ten is tried as often. */
      scale: v.optional(v.picklist(['linear', 'log'])),
      /** Whole numbers alone. */
      integer: v.optional(v.boolean()),
      /** How many numbers a grid tries, both ends included. */
      steps: v.optional(count),
    }),
  ],
  '{ values } or { min, max }',
);

const searched = {
  /** What is varied: settings of `train`, `network` or `seed`, by their paths: `'train.learningRate'`. */
  space: v.record(v.string(), dimension),
  /** What tells a better trial: always of the pictures kept back from training, never of the test pictures. */
  metric: v.optional(v.picklist(['accuracy', 'loss']), 'accuracy'),
  /** Share of the training pictures that is kept back to measure trials; `train.validation`, or 0.2, unless given. */
  validation: v.optional(innerShare),
};

const drawn = {
  ...searched,
  /** Settings that are drawn. */
  trials: v.optional(count, 20),
  /** The same seed draws the same; more trials come after those that there were. */
  seed: v.optional(seed, 1),
};

/** Which settings of a pipeline to try, and how. */
export const sweepSchema = v.variant('method', [
  /** Every combination. */
  v.strictObject({ method: v.literal('grid'), ...searched }),
  v.strictObject({ method: v.literal('random'), ...drawn }),
  /** Successive halving: short trials of many settings, longer ones of the best. */
  v.strictObject({
    method: v.literal('halving'),
    ...drawn,
    /** One in so many goes on, with so many times the epochs. */
    eta: v.optional(count, 3),
    minEpochs: v.optional(count, 1),
    /** `train.epochs` unless given. */
    maxEpochs: v.optional(count),
  }),
]);

export type SweepSettings = v.InferOutput<typeof sweepSchema>;

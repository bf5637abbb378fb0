import { createHash } from 'node:crypto';
import type { LoadDatasetOptions } from '@trainyard/datasets';
import { namePattern, platforms } from '@trainyard/runtime-common';
import * as v from 'valibot';
import { CommandError } from './errors.ts';
import { checkRetrain } from './retrain/check-settings.ts';
import {
  type DataSettings,
  type OldPictureSettings,
  retrainSchema,
  type StartMode,
} from './retrain/settings.ts';
import { sweepSchema } from './sweep/settings.ts';

const positive = v.pipe(v.number(), v.gtValue(0));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const threadCount = v.pipe(count, v.maxValue(256));
const name = v.pipe(v.string(), v.regex(namePattern, 'expected lower-case letters, digits and dashes'));

const optimizer = v.variant('type', [
  v.strictObject({
    type: v.literal('sgd'),
    momentum: v.optional(share, 0.9),
    nesterov: v.optional(v.boolean(), false),
    weightDecay: v.optional(v.number(), 0),
  }),
  v.strictObject({ type: v.literal('adam'), weightDecay: v.optional(v.number(), 0) }),
  v.strictObject({ type: v.literal('adamw'), weightDecay: v.optional(v.number(), 0.01) }),
]);

const schedule = v.picklist(['constant', 'step', 'cosine', 'one-cycle']);
const atLeastZero = v.pipe(v.number(), v.minValue(0));

const augment = v.strictObject({
  /** Largest shift, in pixels. */
  shift: v.optional(v.number()),
  /** Largest turn to either side, in degrees. */
  rotate: v.optional(v.number()),
  /** Largest change of size, as a share. */
  scale: v.optional(share),
  flip: v.optional(v.picklist(['horizontal', 'vertical', 'both'])),
  /** Smallest share of the sides that a random crop keeps. */
  crop: v.optional(share),
  /** Paints over a rectangle of up to this share of each side, in half of the pictures. */
  erase: v.optional(share),
  /** Standard deviation of added noise, in levels of 0 to 255. */
  noise: v.optional(v.number()),
});

const train = v.strictObject({
  epochs: count,
  batchSize: v.optional(count, 32),
  learningRate: positive,
  schedule: v.optional(schedule, 'one-cycle'),
  /** For the schedule `step`: multiplies the rate by `factor` after every such share of the run. */
  step: v.optional(v.strictObject({ every: positive, factor: share }), { every: 0.33, factor: 0.1 }),
  /** Share of the run in which the rate rises in a line before the schedule begins. */
  warmUp: v.optional(v.pipe(share, v.ltValue(1)), 0),
  optimizer: v.optional(optimizer, { type: 'sgd' }),
  labelSmoothing: v.optional(share, 0),
  /** Penalties that are added to the loss: l1 · Σ|w| + l2 · Σw² over the weights, not the biases. */
  regularize: v.optional(v.strictObject({ l1: v.optional(atLeastZero), l2: v.optional(atLeastZero) })),
  /** Limits of the gradients: of their norm as one vector, and of each element. */
  clipGradients: v.optional(v.strictObject({ norm: v.optional(positive), value: v.optional(positive) })),
  /** Share of the training pictures that is kept back to watch the training. */
  validation: v.optional(share, 0),
  /** What tells a better epoch from a worse one: of the pictures kept back, where there are some. */
  monitor: v.optional(v.picklist(['accuracy', 'loss']), 'accuracy'),
  /** Ends the training after `patience` epochs in a row that were not better by more than `minDelta`. */
  earlyStopping: v.optional(v.strictObject({ patience: count, minDelta: v.optional(atLeastZero, 0) })),
  /** Goes on with the weights of the best epoch instead of the last one's. */
  keepBest: v.optional(v.boolean(), false),
  augment: v.optional(augment, {}),
  /** `compiled`: the step is one graph that ONNX Runtime runs. `eager`: plain TypeScript, slow, to look into it. */
  executor: v.optional(v.picklist(['compiled', 'eager']), 'compiled'),
  /** Threads that train on a part of each batch each, with batch norm by part. Another number gives other weights. */
  workers: v.optional(threadCount, 1),
  /** Threads of one operator, of each worker; all processors unless given. Another number gives other last bits. */
  threads: v.optional(threadCount),
});

const fineTune = v.strictObject({ epochs: count, learningRate: positive });

const pruneRecipe = v.variant('method', [
  v.strictObject({
    name,
    method: v.literal('channels'),
    flopsReduction: share,
    criterion: v.optional(v.picklist(['l1', 'l2', 'bn-scale']), 'l2'),
    fineTune,
  }),
  v.strictObject({
    name,
    method: v.literal('magnitude'),
    sparsity: share,
    scope: v.optional(v.picklist(['global', 'layer']), 'global'),
    fineTune,
  }),
]);

const calibration = v.strictObject({
  method: v.optional(v.picklist(['minmax', 'percentile']), 'minmax'),
  percentile: v.optional(v.pipe(v.number(), v.minValue(50), v.maxValue(100)), 99.99),
  pictures: v.optional(count, 256),
});

const quantizeRecipe = v.variant('method', [
  v.strictObject({ name, method: v.literal('dynamic'), from: v.optional(name, 'float32') }),
  v.strictObject({ name, method: v.literal('float16'), from: v.optional(name, 'float32') }),
  v.strictObject({
    name,
    method: v.literal('static'),
    from: v.optional(name, 'float32'),
    activations: v.optional(v.picklist(['uint8', 'int8']), 'uint8'),
    perChannel: v.optional(v.boolean(), true),
    calibration: v.optional(calibration, {}),
  }),
]);

const budget = v.strictObject({
  /** Test accuracy below which nothing is released. */
  minAccuracy: v.optional(share, 0),
  /** How much accuracy a variant may lose against the float32 model; by its name, or for all under `default`. */
  maxAccuracyDrop: v.optional(v.record(v.string(), share), { default: 0.01 }),
});

export const pipelineSchema = v.strictObject({
  name,
  /** A dataset of `@trainyard/datasets` with its options. */
  dataset: v.looseObject({
    name: v.string(),
    /** How a picture of another size is brought to the network's, in training and in use. */
    fit: v.optional(v.picklist(['cover', 'contain', 'stretch']), 'cover'),
  }),
  /** The file beside the config whose default export builds the network. */
  network: v.optional(v.string(), './network.ts'),
  seed: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), 1),
  train,
  prune: v.optional(v.array(pruneRecipe), []),
  quantize: v.optional(v.array(quantizeRecipe), []),
  budget: v.optional(budget, {}),
  targets: v.optional(v.array(v.picklist(platforms)), [...platforms]),
  retrain: v.optional(retrainSchema, {}),
  sweep: v.optional(sweepSchema),
});

/** What `pipeline.config.ts` exports; what has a default may be left out. */
export type PipelineInput = Omit<v.InferInput<typeof pipelineSchema>, 'dataset'> & {
  readonly dataset: LoadDatasetOptions;
};
export type Pipeline = v.InferOutput<typeof pipelineSchema>;
export type PruneRecipe = Pipeline['prune'][number];
export type QuantizeRecipe = Pipeline['quantize'][number];

/** Marks and types the default export of a `pipeline.config.ts`. */
export const definePipeline = (pipeline: PipelineInput): PipelineInput => pipeline;

/** @throws CommandError that names the field and what was expected of it */
export function parsePipeline(where: string, value: unknown): Pipeline {
  const result = v.safeParse(pipelineSchema, value);
  if (!result.success) {
    const { path = 'the default export', issue } = closestIssue(result.issues[0]);
    const absent = issue.type === 'strict_object' && issue.received === 'undefined';
    // Of a union, its message says in words what its types don't.
    const expected = issue.type === 'union' ? issue.message : (issue.expected ?? issue.message);
    throw new CommandError(
      where,
      absent ? path : `${path}: ${expected}`,
      absent ? 'nothing' : issue.received,
      'definePipeline shows in an editor what belongs there',
    );
  }
  const pipeline = inOrder(result.output);
  checkNames(where, pipeline);
  checkRetrain(where, pipeline);
  return pipeline;
}

interface Misfit {
  readonly path?: string;
  readonly issue: v.BaseIssue<unknown>;
}

/** Of a value that fits no option of a union, what is wrong within it, if that is further in. */
function closestIssue(issue: v.BaseIssue<unknown>, outer: string[] = []): Misfit {
  const path = [...outer, v.getDotPath(issue)].filter((part) => part !== null);
  const inner = issue.issues?.find((option) => v.getDotPath(option) !== null);
  if (inner) return closestIssue(inner, path);
  return { ...(path.length > 0 && { path: path.join('.') }), issue };
}

/** The same for configs that differ in the order of their keys alone, as one that a database has kept may: digests go by it. */
function inOrder(pipeline: Pipeline): Pipeline {
  const { name: dataset, fit, ...options } = pipeline.dataset;
  const { default: drop, ...drops } = pipeline.budget.maxAccuracyDrop;
  const variants = [...pipeline.prune, ...pipeline.quantize].map((recipe) => recipe.name);
  const place = (variant: string) => variants.indexOf(variant) + 1 || variants.length + 1;
  const maxAccuracyDrop = Object.fromEntries([
    ...(drop === undefined ? [] : [['default', drop]]),
    ...Object.entries(drops).sort(([a], [b]) => place(a) - place(b)),
  ]);
  return {
    ...pipeline,
    dataset: { name: dataset, fit, ...(sortKeys(options) as object) },
    budget: { ...pipeline.budget, maxAccuracyDrop },
  };
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}

/** Variants need names of their own, recipes a model to start from, and budgets a variant. */
function checkNames(where: string, { prune, quantize, budget }: Pipeline): void {
  const sources = new Set(['float32', ...prune.map((recipe) => recipe.name)]);
  const all = ['float32', ...prune.map((recipe) => recipe.name), ...quantize.map((recipe) => recipe.name)];
  const twice = all.find((variant, i) => all.indexOf(variant) !== i);
  if (twice) throw new CommandError(where, 'a name of its own for each variant', `"${twice}" twice`);
  for (const recipe of quantize)
    if (!sources.has(recipe.from))
      throw new CommandError(where, `quantize.from to be one of ${[...sources].join(', ')}`, recipe.from);
  const stray = Object.keys(budget.maxAccuracyDrop).find((key) => key !== 'default' && !all.includes(key));
  if (stray)
    throw new CommandError(where, `budget.maxAccuracyDrop by default, ${all.join(', ')}`, stray, 'rename it');
}

export const digestOf = (content: string | Uint8Array): string =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`;

/** What a pipeline is retrained from. */
export interface Parent {
  /** Digest of its bundle's manifest. */
  readonly bundle: string;
  /** Whether training starts from its weights. */
  readonly start: StartMode;
}

/**
 * What each stage may read of the config: a change elsewhere leaves its cached result alone.
 * @param parent what is retrained; none for a first training and for `nx`, which the section `retrain` does not touch
 */
export function sectionsOf(pipeline: Pipeline, parent?: Parent) {
  const { name: pipelineName, dataset, network, seed, train: recipe, prune, quantize, targets } = pipeline;
  const { retrain, sweep: _, ...trained } = pipeline;
  const again = parent && { start: parent.start, data: retrain.data, parent: parent.bundle };
  return {
    data: { dataset, ...(parent && oldPictures(retrain.data, seed)) },
    train: { seed, network, recipe, ...(parent?.start === 'warm' && { start: parent.start }) },
    evaluate: { network },
    export: {
      name: pipelineName,
      seed,
      network,
      trainDigest: digestOf(JSON.stringify({ dataset, seed, recipe, ...(again && { again }) })),
    },
    optimize: {},
    prune: { seed, recipes: prune, train: recipe },
    quantize: { seed, recipes: quantize },
    verify: { budget: pipeline.budget },
    benchmark: {},
    package: {
      name: pipelineName,
      resize: dataset.fit,
      targets,
      seed,
      configDigest: digestOf(JSON.stringify({ ...trained, ...(again && { again }) })),
      ...(parent && { parent: parent.bundle }),
    },
    release: { name: pipelineName, seed, maxAccuracyDrop: pipeline.budget.maxAccuracyDrop },
  };
}

function oldPictures({ keep, weight }: DataSettings, seed: number): { readonly old?: OldPictureSettings } {
  return keep === 'current' ? {} : { old: { keep, weight, seed } };
}

export type Sections = ReturnType<typeof sectionsOf>;
export type StageName = keyof Sections;

import { digestPattern } from '@trainyard/runtime-common';
import * as v from 'valibot';

const digest = v.pipe(v.string(), v.regex(digestPattern));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const extent = v.pipe(v.number(), v.integer(), v.minValue(1));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const amount = v.pipe(v.number(), v.minValue(0));

const epochSchema = v.object({
  /** Counted from 1. */
  epoch: extent,
  loss: v.number(),
  accuracy: share,
  validationLoss: v.optional(v.number()),
  validationAccuracy: v.optional(share),
  learningRate: v.optional(v.number()),
});

const variantSchema = v.object({
  name: v.string(),
  precision: v.string(),
  /** Name within the bundle. */
  file: v.string(),
  digest,
  bytes: extent,
  /** Numbers the model stores. */
  parameters: count,
  /** Floating-point operations for one picture, 2 for a multiply-add. */
  flops: count,
  /** Share of test pictures whose top class is the label. */
  accuracy: share,
  /** Share of test pictures whose top class is the trained network's. */
  agreement: share,
  maxAbsLogitDiff: amount,
  /** Milliseconds for one picture. */
  latencyMs: v.object({ p50: amount, p95: amount }),
});

const misreadSchema = v.object({
  /** Position in the test split. */
  index: count,
  /** Index of the true class. */
  label: count,
  /** Index of the class that came out on top. */
  predicted: count,
  /** Softmax of the class that came out on top. */
  confidence: share,
  /** Softmax of the true class. */
  labelConfidence: v.optional(share),
  /** The picture as base64 of its bytes, [height, width, channels] as in `dataset.imageShape`. */
  pixels: v.pipe(v.string(), v.base64()),
});

const operatorProfileSchema = v.object({
  /** Name of the variant. */
  variant: v.string(),
  /** Time of one picture by operator, the slowest first. */
  times: v.array(v.object({ opType: v.string(), nodes: extent, microseconds: amount })),
});

const timeShare = { nodes: extent, milliseconds: amount, share };

const stepProfileSchema = v.object({
  /** Of all nodes of the graph in one training step. */
  milliseconds: amount,
  /** Pictures of that step. */
  batchSize: extent,
  /** Steps that were measured; each time is their median. */
  steps: extent,
  /** By what the nodes come from, the slowest first: modules by their paths, `loss`, `other` … */
  modules: v.array(
    v.object({
      module: v.string(),
      kind: v.optional(v.string()),
      ...timeShare,
      /** Milliseconds by part of the step, such as `forward`, `backward` and `update`. */
      parts: v.record(v.string(), amount),
    }),
  ),
  /** By operator, as ONNX Runtime runs it, the slowest first. */
  operators: v.array(v.object({ opType: v.string(), ...timeShare })),
});

/** What `report.json` holds and `report.html` shows: one trained network and the variants made of it. */
export const reportSchema = v.object({
  schema: v.literal(1),
  /** Name of the pipeline. */
  name: v.string(),
  /** When the report was made, ISO 8601. */
  createdAt: v.pipe(v.string(), v.isoTimestamp()),
  dataset: v.object({
    name: v.string(),
    digest,
    train: count,
    test: count,
    classes: v.pipe(v.array(v.string()), v.minLength(2)),
    imageShape: v.tuple([extent, extent, v.picklist([1, 3])]),
    license: v.optional(v.string()),
    source: v.optional(v.string()),
    /** Where the training pictures came from, where old ones are among them: the oldest first. */
    segments: v.optional(v.array(v.object({ dataset: digest, source: v.string(), pictures: count }))),
  }),
  seed: count,
  training: v.object({
    executor: v.string(),
    epochs: count,
    imagesPerSecond: amount,
    seconds: amount,
    history: v.array(epochSchema),
    /** Where the time of a step goes. */
    step: v.optional(stepProfileSchema),
  }),
  /** The trained network itself, before export, on the test pictures. */
  reference: v.object({
    accuracy: share,
    loss: v.optional(v.number()),
    /** Numbers the network learns. */
    parameters: v.optional(count),
  }),
  /** In the order they were made. */
  variants: v.pipe(v.array(variantSchema), v.minLength(1)),
  /** Where the time goes in some of the variants. */
  operators: v.optional(v.array(operatorProfileSchema)),
  /** By how much a variant's accuracy may be under the reference, as a share. */
  accuracyBudget: v.optional(share),
  /** `confusion[label][predicted]`: numbers of test pictures. */
  confusion: v.array(v.array(count)),
  /** One entry a class, in their order. `support` is the number of its test pictures. */
  perClass: v.array(v.object({ precision: share, recall: share, f1: share, support: count })),
  /** Test pictures the trained network got wrong: how many, and some of them. */
  misread: v.object({ total: count, samples: v.array(misreadSchema) }),
  /** Test pictures it got right with the least confidence, shown where few were misread. */
  closeCalls: v.optional(v.array(misreadSchema)),
  lineage: v.object({
    config: digest,
    commit: v.nullable(v.string()),
    /** Digest of the manifest of the bundle this one was trained from. */
    parent: v.nullable(digest),
    /** Digest of this bundle's manifest. */
    manifest: v.optional(digest),
  }),
  environment: v.object({
    node: v.string(),
    onnxruntime: v.string(),
    cpu: v.string(),
    cores: v.optional(count),
    platform: v.optional(v.string()),
  }),
});

export type Report = v.InferOutput<typeof reportSchema>;
export type ReportVariant = Report['variants'][number];
export type OperatorProfile = v.InferOutput<typeof operatorProfileSchema>;
export type ReportedStep = v.InferOutput<typeof stepProfileSchema>;
export type Misread = Report['misread']['samples'][number];

/**
 * Checks what the schema's types cannot: that confusion matrix, classes and pictures fit each other.
 * @throws v.ValiError when a value is not as it should be
 * @throws TypeError when parts contradict each other
 */
export function parseReport(value: unknown): Report {
  const report = v.parse(reportSchema, value);
  const { classes, imageShape } = report.dataset;
  const fits = (rows: readonly unknown[]): boolean => rows.length === classes.length;
  if (!fits(report.confusion) || !report.confusion.every(fits) || !fits(report.perClass)) {
    throw new TypeError(`report: expected a confusion matrix and scores of ${classes.length} classes`);
  }
  const bytes = imageShape.reduce((product, side) => product * side, 1);
  for (const { index, label, predicted, pixels } of [
    ...report.misread.samples,
    ...(report.closeCalls ?? []),
  ]) {
    if (
      label >= classes.length ||
      predicted >= classes.length ||
      Buffer.from(pixels, 'base64').length !== bytes
    ) {
      throw new TypeError(
        `report: picture ${index} fits neither the classes nor ${imageShape.join('×')} bytes`,
      );
    }
  }
  return report;
}

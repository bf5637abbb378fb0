import { digestPattern } from '@trainyard/runtime-common';
import * as v from 'valibot';
import { arithmetics } from '../subject.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const extent = v.pipe(v.number(), v.integer(), v.minValue(1));
const amount = v.pipe(v.number(), v.minValue(0));
const text = v.pipe(v.string(), v.minLength(1));
const digest = v.pipe(v.string(), v.regex(digestPattern));

const partSchema = v.object({
  name: text,
  bytes: count,
  gzip: v.optional(count),
  brotli: v.optional(count),
});

const comparisonSchema = v.object({
  pictures: extent,
  /** The largest difference of a logit; null where one is not a number. */
  maxDifference: v.nullable(amount),
  /** From the smallest to the largest logit of the reference. */
  range: amount,
  /** Pictures whose top class is the reference's. */
  agreeing: count,
});

const targetSchema = v.object({
  name: text,
  title: text,
  description: text,
  timed: v.boolean(),
  /** Why it did not run; absent where it did. */
  skipped: v.optional(text),
  /** What must be shipped beside the model, whichever it is. */
  shipped: v.array(partSchema),
});

const subjectSchema = v.object({
  name: text,
  arithmetic: v.picklist(arithmetics),
  pictures: extent,
  classes: extent,
  /** Of the model file. */
  bytes: extent,
  digest,
});

const cellSchema = v.object({
  target: text,
  subject: text,
  /** `held`: every bar; `broken`: not every one; `failed`: it did not run; `refused`: a limit that the target states. */
  status: v.picklist(['held', 'broken', 'failed', 'refused']),
  /** Which bars, what failed, or which limit. */
  reasons: v.array(text),
  provider: v.optional(text),
  /** With Node's native logits. */
  comparison: v.optional(comparisonSchema),
  /** Of batches with Node's native logits. */
  batched: v.optional(comparisonSchema),
  /** With logits that must be equal bit for bit. */
  exact: v.optional(v.object({ name: text, differing: count, logits: extent })),
  /** Milliseconds for one picture. */
  latencyMs: v.optional(v.object({ p50: amount, p95: v.optional(amount), runs: extent })),
  parts: v.array(partSchema),
  ramBytes: v.optional(count),
});

const originSchema = v.object({
  subject: text,
  /** What computed the logits that ONNX Runtime's are compared with. */
  origin: text,
  comparison: comparisonSchema,
  reasons: v.array(text),
});

/** What `conformance.json` holds and `conformance.md` shows: every target with every model. */
export const conformanceSchema = v.object({
  schema: v.literal(1),
  createdAt: v.pipe(v.string(), v.isoTimestamp()),
  seconds: amount,
  environment: v.object({
    node: text,
    onnxRuntime: text,
    cpu: text,
    processors: extent,
    platform: text,
  }),
  targets: v.array(targetSchema),
  subjects: v.array(subjectSchema),
  /** Bundles that were not there. */
  skippedSubjects: v.array(v.object({ name: text, reason: text })),
  origins: v.array(originSchema),
  /** Each target that ran, with each subject. */
  cells: v.array(cellSchema),
});

export type Conformance = v.InferOutput<typeof conformanceSchema>;
export type Cell = v.InferOutput<typeof cellSchema>;
export type ReportedTarget = Conformance['targets'][number];
export type ReportedOrigin = v.InferOutput<typeof originSchema>;
export type ReportedComparison = v.InferOutput<typeof comparisonSchema>;

/**
 * Checks what the schema's types cannot: that the cells are those of the targets and subjects, each once.
 * @throws v.ValiError when a value is not as it should be
 * @throws TypeError when parts contradict each other
 */
export function parseConformance(value: unknown): Conformance {
  const conformance = v.parse(conformanceSchema, value);
  const { targets, subjects, cells } = conformance;
  const expected = targets
    .filter(({ skipped }) => skipped === undefined)
    .flatMap((target) => subjects.map((subject) => `${target.name} with ${subject.name}`));
  const got = new Set(cells.map(({ target, subject }) => `${target} with ${subject}`));
  const missing = expected.find((pair) => !got.has(pair));
  if (missing !== undefined || got.size !== expected.length || cells.length !== expected.length)
    throw new TypeError(
      `conformance: expected ${expected.length} results, one for each target and model, got ${cells.length}${missing ? `, none of ${missing}` : ''}`,
    );
  const unexplained = cells.find(({ status, reasons }) => (status === 'held') !== (reasons.length === 0));
  if (unexplained)
    throw new TypeError(
      `conformance: expected reasons where a bar does not hold, and only there, got ${unexplained.status} with ${unexplained.reasons.length} for ${unexplained.target} with ${unexplained.subject}`,
    );
  return conformance;
}

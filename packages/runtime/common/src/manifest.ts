import * as v from 'valibot';
import { digestPattern } from './digest.ts';
import { plainFileName } from './source.ts';

/** What bundles, their variants and pipelines may be called: it is a part of file names everywhere. */
export const namePattern = /^[a-z0-9][a-z0-9-]{0,63}$/;

const name = v.pipe(v.string(), v.regex(namePattern));
const digest = v.pipe(v.string(), v.regex(digestPattern));
const size = v.pipe(v.number(), v.integer(), v.minValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const fileName = v.pipe(v.string(), v.regex(plainFileName));

export const platforms = ['node', 'web', 'react-native', 'embedded'] as const;

const variantSchema = v.object({
  name,
  file: fileName,
  digest,
  bytes: size,
  precision: v.picklist(['float32', 'float16', 'int8']),
  /** Numbers the model stores. */
  parameters: count,
  /** Floating-point operations for one picture, 2 for a multiply-add; zeros of a sparse model count too. */
  flops: count,
  /** Share of test pictures whose top class is the label. */
  accuracy: share,
  /** Share of test pictures whose top class is the trained network's. */
  agreement: share,
  maxAbsLogitDiff: v.pipe(v.number(), v.minValue(0)),
  targets: v.array(v.picklist(platforms)),
});

/** What `manifest.json` of a bundle holds: the contract between who releases a model and who runs it. */
export const manifestSchema = v.object({
  schema: v.literal(1),
  name,
  task: v.literal('image-classification'),
  labels: v.pipe(v.array(v.string()), v.minLength(2)),
  /** The model takes pictures as they are, one byte a channel; scaling and normalizing are in its graph. */
  input: v.object({
    name: v.string(),
    dtype: v.literal('uint8'),
    layout: v.literal('NHWC'),
    height: size,
    width: size,
    channels: v.picklist([1, 3]),
    /** How a picture of another size is brought to height × width. */
    resize: v.picklist(['stretch', 'cover', 'contain']),
  }),
  output: v.object({ name: v.string(), dtype: v.literal('float32') }),
  variants: v.pipe(v.array(variantSchema), v.minLength(1)),
  lineage: v.object({
    dataset: v.object({ name: v.string(), digest, train: count, test: count }),
    config: digest,
    commit: v.nullable(v.string()),
    seed: count,
    /** Digest of the manifest of the bundle this one was trained from. */
    parent: v.nullable(digest),
  }),
});

export type Manifest = v.InferOutput<typeof manifestSchema>;
export type Variant = v.InferOutput<typeof variantSchema>;
export type Precision = Variant['precision'];
export type Platform = (typeof platforms)[number];

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import {
  checksumFile,
  checksumLine,
  type Manifest,
  manifestFile,
  type Variant,
} from '@trainyard/runtime-common';
import { linearModel } from './tiny-models.ts';

export interface TinyBundleOptions {
  readonly height?: number;
  readonly width?: number;
  readonly channels?: 1 | 3;
  readonly labels?: readonly string[];
  readonly resize?: Manifest['input']['resize'];
  /** Multiplications by the identity matrix before the last one, to make a run take long. */
  readonly work?: number;
}

/** Pixels that look random and are the same everywhere. */
export function pixelsOf(length: number, seed = 1): Uint8Array {
  let state = seed >>> 0;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

export interface TinyBundle {
  readonly manifest: Manifest;
  readonly digest: string;
  /** By name: manifest.json, manifest.sha256 and two models. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** The logits of variant "full", exactly: the weights are multiples of 1/64, so no sum is rounded. */
  expected(pixels: Uint8Array): Float32Array;
}

const digestOf = (bytes: Uint8Array): string => `sha256:${bytesToHex(sha256(bytes))}`;

/**
 * A bundle of a linear model, logits = flatten(pixels) · W, with variants "full" and "half" (half of the logits).
 * Every pixel has a weight of its own, so a runtime that turns, swaps or drops something gives other numbers.
 */
export function tinyBundle(options: TinyBundleOptions = {}): TinyBundle {
  const {
    height = 4,
    width = 5,
    channels = 3,
    labels = ['ape', 'bee', 'cat'],
    resize = 'stretch',
    work = 0,
  } = options;
  const size = height * width * channels;
  const classes = labels.length;
  const weights = Float32Array.from({ length: size * classes }, (_, i) => (((i * 31) % 61) - 30) / 64);
  const models = {
    full: linearModel([height, width, channels], weights, classes, work),
    half: linearModel(
      [height, width, channels],
      weights.map((w) => w / 2),
      classes,
      work,
    ),
  };
  const variants = Object.entries(models).map(
    ([name, bytes], i): Variant => ({
      name,
      file: `${name}.onnx`,
      digest: digestOf(bytes),
      bytes: bytes.length,
      precision: 'float32',
      parameters: weights.length,
      flops: 2 * weights.length - i,
      accuracy: 1 - i / 10,
      agreement: 1,
      maxAbsLogitDiff: 0,
      targets: ['node', 'web', 'react-native', 'embedded'],
    }),
  );
  const manifest: Manifest = {
    schema: 1,
    name: 'tiny',
    task: 'image-classification',
    labels: [...labels],
    input: { name: 'pixels', dtype: 'uint8', layout: 'NHWC', height, width, channels, resize },
    output: { name: 'logits', dtype: 'float32' },
    variants,
    lineage: {
      dataset: { name: 'none', digest: digestOf(new Uint8Array()), train: 0, test: 0 },
      config: digestOf(new Uint8Array()),
      commit: null,
      seed: 0,
      parent: null,
    },
  };
  return {
    ...withManifest(manifest, { 'full.onnx': models.full, 'half.onnx': models.half }),
    expected(pixels) {
      const logits = new Float32Array((pixels.length / size) * classes);
      for (let i = 0; i < logits.length; i++) {
        const row = Math.floor(i / classes);
        for (let j = 0; j < size; j++)
          logits[i]! += pixels[row * size + j]! * weights[j * classes + (i % classes)]!;
      }
      return logits;
    },
  };
}

/** Models with a manifest, its digest and its checksum. */
function withManifest(manifest: Manifest, models: TinyBundle['files']): Omit<TinyBundle, 'expected'> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`);
  const digest = digestOf(bytes);
  const checksum = new TextEncoder().encode(checksumLine(digest));
  return { manifest, digest, files: { [manifestFile]: bytes, [checksumFile]: checksum, ...models } };
}

/**
 * The files of a bundle with another model as its first variant, its only one, and a manifest that says something
 * else: all digests are right, as those of a bundle are that was released so.
 */
export function bundleWith(
  { manifest, files }: Omit<TinyBundle, 'expected'>,
  { model, ...changes }: Partial<Manifest> & { readonly model?: Uint8Array },
): TinyBundle['files'] {
  const first = manifest.variants[0]!;
  const bytes = model ?? files[first.file]!;
  const variant = { ...first, digest: digestOf(bytes), bytes: bytes.length };
  return withManifest({ ...manifest, variants: [variant], ...changes }, { [first.file]: bytes }).files;
}

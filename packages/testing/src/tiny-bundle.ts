import { createHash } from 'node:crypto';
import { type Attribute, createModel, Graph, Node, TensorData, Value, writeModel } from '@trainyard/onnx-ir';
import {
  checksumFile,
  checksumLine,
  type Manifest,
  manifestFile,
  type Variant,
} from '@trainyard/runtime-common';

export interface TinyBundleOptions {
  readonly height?: number;
  readonly width?: number;
  readonly channels?: 1 | 3;
  readonly labels?: readonly string[];
  readonly resize?: Manifest['input']['resize'];
  /** Multiplications by the identity matrix before the last one, to make a run take long. */
  readonly work?: number;
}

export interface TinyBundle {
  readonly manifest: Manifest;
  readonly digest: string;
  /** By name: manifest.json, manifest.sha256 and two models. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** The logits of variant "full", exactly: the weights are multiples of 1/64, so no sum is rounded. */
  expected(pixels: Uint8Array): Float32Array;
}

const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

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
      digest: sha256(bytes),
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
      dataset: { name: 'none', digest: sha256(new Uint8Array()), train: 0, test: 0 },
      config: sha256(new Uint8Array()),
      commit: null,
      seed: 0,
      parent: null,
    },
  };
  const manifestBytes = new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`);
  const digest = sha256(manifestBytes);
  return {
    manifest,
    digest,
    files: {
      [manifestFile]: manifestBytes,
      [checksumFile]: new TextEncoder().encode(checksumLine(digest)),
      'full.onnx': models.full,
      'half.onnx': models.half,
    },
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

function linearModel(
  shape: readonly number[],
  weights: Float32Array,
  classes: number,
  work: number,
): Uint8Array {
  const size = shape.reduce((a, b) => a * b, 1);
  const graph = new Graph('tiny');
  const int = (value: number): Attribute => ({ kind: 'int', value });
  const add = (
    opType: string,
    inputs: Value[],
    name: string,
    attributes: Record<string, Attribute> = {},
  ): Value => {
    const output = new Value(name);
    graph.insert([
      new Node(opType, inputs, [output], { name, attributes: new Map(Object.entries(attributes)) }),
    ]);
    return output;
  };
  const pixels = new Value('pixels', { dtype: 'uint8', shape: ['batch', ...shape] });
  graph.inputs.push(pixels);
  let x = add('Flatten', [add('Cast', [pixels], 'float', { to: int(1) })], 'flat', { axis: int(1) });
  if (work > 0) {
    const identity = Float32Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
    const matrix = graph.addInitializer('identity', TensorData.from('float32', [size, size], identity));
    for (let i = 0; i < work; i++) x = add('MatMul', [x, matrix], `same${i}`);
  }
  const matrix = graph.addInitializer('weights', TensorData.from('float32', [size, classes], weights));
  const logits = add('MatMul', [x, matrix], 'logits');
  logits.type = { dtype: 'float32', shape: ['batch', classes] };
  graph.outputs.push(logits);
  return writeModel(createModel(graph));
}

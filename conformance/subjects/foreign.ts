import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type BundleVariant,
  calibrate,
  countFlops,
  countParameters,
  digestOfBytes,
  optimize,
  quantizeStatic,
  verify,
  withPictureInput,
  writeBundle,
} from '@trainyard/exporter';
import { type Model, readModel, writeModel } from '@trainyard/onnx-ir';
import { platforms } from '@trainyard/runtime-common';
import { topClasses } from '@trainyard/trainer';
import * as ort from 'onnxruntime-node';
import type { Origin, SkippedSubject, Subject } from '../subject.ts';
import { subjectsOf } from './bundle.ts';
import { type PictureSize, randomPictures } from './pictures.ts';

const root = fileURLToPath(new URL('../../../shared/foreign-models', import.meta.url));
export const foreignNames = ['lenet5', 'mobilenetv2-tiny', 'resnet8-cifar', 'se-silu-cnn', 'squeezenet-tiny'];

/** Pictures of each model, and those that its int8 version was calibrated with. */
const mostPictures = 12;
const calibrationPictures = 16;
/** What PyTorch's exporters made: the current one, and the older one that is still in use. */
const forms = { float32: 'model.dynamo.onnx', 'float32-script': 'model.script.onnx' } as const;

/** The statistics of MNIST and of ImageNet, as users of these networks have them. */
const statistics = {
  1: { mean: [0.1307], std: [0.3081] },
  3: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
} as const;

interface Tensors {
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly input: Float32Array;
  readonly output: Float32Array;
}

export interface ForeignOptions {
  /** At most so many pictures of each. */
  readonly pictures: number;
  /** A folder to write the bundles to. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/**
 * Models that PyTorch exported, made bundles: `withPictureInput` in front, and an int8 version beside the two forms
 * of export.
 */
export async function foreignSubjects(
  wanted: readonly string[],
  { pictures, scratch, signal }: ForeignOptions,
): Promise<{ subjects: Subject[]; skipped: SkippedSubject[] }> {
  const subjects: Subject[] = [];
  const skipped: SkippedSubject[] = [];
  for (const name of wanted) {
    signal.throwIfAborted();
    if (existsSync(join(root, name)))
      subjects.push(...(await foreignBundle(name, join(scratch, name), Math.min(pictures, mostPictures))));
    else skipped.push({ name, reason: `no folder ../shared/foreign-models/${name}` });
  }
  return { subjects, skipped };
}

async function foreignBundle(name: string, folder: string, pictures: number): Promise<Subject[]> {
  const read = (file: string) => readFile(join(root, name, file));
  const tensors = await readTensors(read);
  const [, channels, height, width] = tensors.inputShape as [number, number, number, number];
  const input = { height, width, channels: channels as 1 | 3 };
  const sources = await Promise.all(
    Object.entries(forms).map(
      async ([form, file]) => [form, readModel(new Uint8Array(await read(file)))] as const,
    ),
  );
  const models = sources.map(
    ([form, model]) => [form, withPictureInput(model, statistics[input.channels])] as const,
  );
  const pixels = randomPictures(input, pictures, 1);
  const variants = await variantsOf(models, input, pixels);
  const { graph } = models[0]![1];
  await writeBundle(folder, {
    name,
    labels: Array.from({ length: tensors.outputShape[1]! }, (_, i) => `class ${i}`),
    input: { name: graph.inputs[0]!.name, dtype: 'uint8', layout: 'NHWC', resize: 'stretch', ...input },
    output: { name: graph.outputs[0]!.name, dtype: 'float32' },
    variants,
    lineage: {
      dataset: {
        name: 'seeded-noise',
        digest: digestOfBytes(pixels),
        train: calibrationPictures,
        test: pictures,
      },
      config: digestOfBytes(new TextEncoder().encode(JSON.stringify(statistics))),
      commit: null,
      seed: 1,
      parent: null,
    },
  });
  const origins = sources.map(([form, model]): [string, Origin] => [
    form,
    { name: 'PyTorch', logits: tensors.output, run: () => runFloats(model, tensors) },
  ]);
  return subjectsOf(folder, pixels, async () => Object.fromEntries(origins));
}

/** The two forms as they are, and the first of them in int8. */
async function variantsOf(
  models: readonly (readonly [name: string, model: Model])[],
  input: PictureSize,
  pixels: Uint8Array,
): Promise<BundleVariant[]> {
  const [, first] = models[0]!;
  const batch = tensorOf(pixels, input);
  const [reference, classes] = await logitsOf(first, batch);
  const labels = topClasses(reference, classes);
  const simple = optimize(first).model;
  const calibration = tensorOf(randomPictures(input, calibrationPictures, 2), input);
  const ranges = await calibrate(simple, [{ [first.graph.inputs[0]!.name]: calibration }], { ort });
  const all = [...models, ['int8', quantizeStatic(simple, ranges).model] as const];
  return Promise.all(
    all.map(async ([name, model]): Promise<BundleVariant> => {
      const bytes = writeModel(model);
      const precision = name === 'int8' ? 'int8' : 'float32';
      const figures = await verify(bytes, { reference, batches: [{ pixels: batch, labels }], ort });
      const counts = { parameters: countParameters(model), flops: countFlops(model).total };
      return { name, precision, model: bytes, targets: [...platforms], ...counts, ...figures };
    }),
  );
}

const tensorOf = (pixels: Uint8Array, { height, width, channels }: PictureSize): ort.Tensor =>
  new ort.Tensor('uint8', pixels, [pixels.length / (height * width * channels), height, width, channels]);

async function logitsOf(model: Model, input: ort.Tensor): Promise<[logits: Float32Array, classes: number]> {
  const session = await ort.InferenceSession.create(writeModel(model), { logSeverityLevel: 3 });
  try {
    const results = await session.run({ [session.inputNames[0]!]: input });
    const logits = results[session.outputNames[0]!]!;
    return [logits.data as Float32Array, logits.dims[1]!];
  } finally {
    await session.release();
  }
}

const runFloats = async (model: Model, { input, inputShape }: Tensors): Promise<Float32Array> =>
  (await logitsOf(model, new ort.Tensor('float32', input, inputShape)))[0];

async function readTensors(read: (file: string) => Promise<Buffer>): Promise<Tensors> {
  const floats = async (file: string) => new Float32Array(new Uint8Array(await read(file)).buffer);
  const io: Record<'input' | 'output', { shape: number[] }> = JSON.parse((await read('io.json')).toString());
  return {
    inputShape: io.input.shape,
    outputShape: io.output.shape,
    input: await floats('input.f32'),
    output: await floats('output.f32'),
  };
}

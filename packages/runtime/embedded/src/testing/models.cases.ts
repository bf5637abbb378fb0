import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Model, readModel, writeModel } from '@trainyard/onnx-ir';
import * as ort from 'onnxruntime-node';

const root = fileURLToPath(new URL('../../../../../', import.meta.url));
const digitsBundle = `${root}pipelines/digits/dist/bundle`;
const digitsData = `${root}pipelines/digits/.trainyard/data`;
const foreignRoot = `${root}../shared/foreign-models`;

/** Whether `npm start` has been run. */
export const hasDigits = existsSync(digitsBundle) && existsSync(digitsData);
export const digitsFloatVariants = ['float32', 'sparse', 'pruned', 'float16'] as const;
/** Every variant of the bundle. */
export const digitsVariants = (): string[] =>
  (hasDigits ? readdirSync(digitsBundle) : ['float32.onnx'])
    .filter((file) => file.endsWith('.onnx'))
    .map((file) => file.slice(0, -'.onnx'.length));
export const readDigits = (variant: string): Model =>
  readModel(new Uint8Array(readFileSync(`${digitsBundle}/${variant}.onnx`)));
export const digitsLabels = (): string[] =>
  JSON.parse(readFileSync(`${digitsBundle}/manifest.json`, 'utf8')).labels;

/** All test pictures of the digits, 64 bytes each. */
export function digitsPictures(): Uint8Array {
  const { test } = JSON.parse(readFileSync(`${digitsData}/dataset.json`, 'utf8'));
  return new Uint8Array(readFileSync(`${digitsData}/test.bin`)).subarray(0, test * 64);
}

export const hasForeignModels = existsSync(foreignRoot);
export const foreignModels = [
  'lenet5',
  'mobilenetv2-tiny',
  'resnet8-cifar',
  'se-silu-cnn',
  'squeezenet-tiny',
].flatMap((folder) => [`${folder}/dynamo`, `${folder}/script`]);

export interface ForeignModel {
  readonly model: Model;
  /** Two pictures, one after the other. */
  readonly input: Float32Array;
  /** As PyTorch computed them. */
  readonly output: Float32Array;
}

export function readForeignModel(name: string): ForeignModel {
  const [folder, form] = name.split('/');
  const read = (file: string) => new Uint8Array(readFileSync(`${foreignRoot}/${folder}/${file}`));
  return {
    model: readModel(read(`model.${form}.onnx`)),
    input: new Float32Array(read('input.f32').buffer),
    output: new Float32Array(read('output.f32').buffer),
  };
}

/** The first output of a model in ONNX Runtime, for inputs of its first dimension that lie one after the other. */
export async function runInOrt(
  model: Model | Uint8Array,
  input: Uint8Array | Float32Array,
  shape: readonly number[],
): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(model instanceof Uint8Array ? model : writeModel(model), {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
  });
  try {
    const type = input instanceof Uint8Array ? 'uint8' : 'float32';
    const size = shape.reduce((a, b) => a * b, 1);
    const feed = new ort.Tensor(type as 'float32', input as Float32Array, [input.length / size, ...shape]);
    const results = await session.run({ [session.inputNames[0]!]: feed });
    return results[session.outputNames[0]!]!.data as Float32Array;
  } finally {
    await session.release();
  }
}

export const asBytes = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
export const asFloats = (bytes: Uint8Array): Float32Array => new Float32Array(bytes.slice().buffer);

export const maxDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= worst))
      worst = a[i] === b[i] ? worst : Number.isNaN(difference) ? Infinity : difference;
  }
  return worst;
};

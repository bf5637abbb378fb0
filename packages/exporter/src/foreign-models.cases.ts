import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Model, readModel, writeModel } from '@trainyard/onnx-ir';
import { exactIntegers } from '@trainyard/runtime-common';
import * as ort from 'onnxruntime-node';

const root = fileURLToPath(new URL('../../../../shared/foreign-models', import.meta.url));
const folders = ['lenet5', 'mobilenetv2-tiny', 'resnet8-cifar', 'se-silu-cnn', 'squeezenet-tiny'];

export const hasForeignModels = existsSync(root);
/** Models that PyTorch exported, by `folder/exporter`. */
export const foreignModels = folders.flatMap((folder) => [`${folder}/dynamo`, `${folder}/script`]);

export interface ForeignModel {
  readonly model: Model;
  /** Bytes of the file. */
  readonly byteLength: number;
  readonly input: Float32Array;
  readonly inputShape: readonly number[];
  /** As PyTorch computed it. */
  readonly output: Float32Array;
}

export function readForeignModel(name: string): ForeignModel {
  const [folder, form] = name.split('/');
  const file = (at: string) => new Uint8Array(readFileSync(`${root}/${folder}/${at}`));
  const floats = (at: string) => new Float32Array(file(at).slice().buffer);
  const io = JSON.parse(new TextDecoder().decode(file('io.json')));
  const bytes = file(`model.${form}.onnx`);
  return {
    model: readModel(bytes),
    byteLength: bytes.byteLength,
    input: floats('input.f32'),
    inputShape: io.input.shape,
    output: floats('output.f32'),
  };
}

/** The first output of a model in ONNX Runtime. */
export async function run(
  model: Model,
  input: Float32Array | Uint8Array,
  shape: readonly number[],
): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(writeModel(model), {
    logSeverityLevel: 3,
    extra: exactIntegers,
  });
  try {
    const x =
      input instanceof Uint8Array
        ? new ort.Tensor('uint8', input, shape)
        : new ort.Tensor('float32', input, shape);
    const results = await session.run({ [session.inputNames[0]!]: x });
    return results[session.outputNames[0]!]!.data as Float32Array;
  } finally {
    await session.release();
  }
}

export const maxDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i]! - b[i]!));
  return worst;
};

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { checkModel } from '../check.ts';
import { cloneModel } from '../clone.ts';
import { readModel } from './read.ts';
import { writeModel } from './write.ts';

const root = fileURLToPath(new URL('../../../../../shared/foreign-models', import.meta.url));
const folders = ['lenet5', 'mobilenetv2-tiny', 'resnet8-cifar', 'se-silu-cnn', 'squeezenet-tiny'];
const files = folders.flatMap((folder) => ['dynamo', 'script'].map((form) => `${folder}/model.${form}.onnx`));

const floats = (path: string): Float32Array => {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};

async function maxDifference(bytes: Uint8Array, folder: string): Promise<number> {
  const io = JSON.parse(readFileSync(`${folder}/io.json`, 'utf8'));
  const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1 });
  const input = new ort.Tensor('float32', floats(`${folder}/input.f32`), io.input.shape);
  const results = await session.run({ [io.input.name]: input });
  const got = results[io.output.name].data as Float32Array;
  const expected = floats(`${folder}/output.f32`);
  expect(got.length).toBe(expected.length);
  await session.release();
  return got.reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected[i])), 0);
}

describe.skipIf(!existsSync(root))('files that another framework wrote (../shared/foreign-models)', () => {
  it.each(files)('%s gives the same outputs after reading, cloning and writing', async (file) => {
    const bytes = new Uint8Array(readFileSync(`${root}/${file}`));
    const warnings: string[] = [];
    const model = readModel(bytes, { onWarning: (message) => warnings.push(message) });
    checkModel(model);
    const written = writeModel(cloneModel(model));
    expect(await maxDifference(written, `${root}/${file.split('/')[0]}`)).toBeLessThan(1e-5);
    expect(warnings).toEqual([]);
    expect(Buffer.compare(writeModel(readModel(written)), written)).toBe(0);
  });
});

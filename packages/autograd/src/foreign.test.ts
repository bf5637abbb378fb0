import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readModel } from '@trainyard/onnx-ir';
import { difference } from '@trainyard/testing';
import { describe, expect, test } from 'vitest';
import { grad, interpret, mean, tensorOf, trace } from './index.ts';

const root = fileURLToPath(new URL('../../../../shared/foreign-models', import.meta.url));
const folders = ['lenet5', 'mobilenetv2-tiny', 'resnet8-cifar', 'se-silu-cnn', 'squeezenet-tiny'];
const files = folders.flatMap((folder) => ['dynamo', 'script'].map((form) => [folder, `model.${form}.onnx`]));

function floats(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

describe.skipIf(!existsSync(root))('models of another framework (../shared/foreign-models)', () => {
  test.each(files)(
    '%s/%s: our operators give what was recorded, gradients, and a trace for any batch',
    (folder, file) => {
      const { graph } = readModel(new Uint8Array(readFileSync(`${root}/${folder}/${file}`)));
      const io = JSON.parse(readFileSync(`${root}/${folder}/io.json`, 'utf8'));
      const input = tensorOf('float32', io.input.shape, floats(`${root}/${folder}/input.f32`));
      const output = tensorOf('float32', io.output.shape, floats(`${root}/${folder}/output.f32`));
      const run = (x: typeof input) => interpret(graph, { [io.input.name]: x })[io.output.name];
      expect(difference(run(input), output, { absolute: 1e-5, relative: 1e-5 })).toBeUndefined();
      const slope = grad((x: typeof input) => mean(run(x)))(input);
      expect(slope.shape).toEqual(io.input.shape);
      const shape = ['batch', ...io.input.shape.slice(1)];
      const traced = trace(({ x }) => ({ y: run(x) }), { x: { dtype: 'float32', shape } });
      expect(traced.graph.outputs[0].type?.shape).toEqual(['batch', ...io.output.shape.slice(1)]);
      expect(slope.toArray().every(Number.isFinite)).toBe(true);
    },
  );
});

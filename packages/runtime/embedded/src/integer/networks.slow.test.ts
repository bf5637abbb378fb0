import { tensorOf } from '@trainyard/autograd';
import { calibrate, optimize, quantizeStatic } from '@trainyard/exporter';
import type { Model } from '@trainyard/onnx-ir';
import { commandMissing, compileC, sanitizers, strictFlags } from '@trainyard/testing/embedded';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { generateC } from '../generate-c.ts';
import { integerDomain } from '../kernels/definition-int8.ts';
import {
  asBytes,
  asFloats,
  digitsPictures,
  foreignModels,
  hasDigits,
  hasForeignModels,
  readDigits,
  readForeignModel,
} from '../testing/models.cases.ts';
import { runExactly } from './exact-ort.cases.ts';
import { integerReference } from './integer-reference.ts';
import { Random } from './quantized-graphs.cases.ts';
import type { RequantizeMode } from './requantize.ts';

const missing = commandMissing('gcc');
const skipped = missing ? ` (skipped: ${missing})` : '';
const checked = { compiler: 'gcc', flags: [...strictFlags, '-O1', ...sanitizers] };

type Input = Uint8Array | Float32Array;

/** What C gives for each input, having checked that the reference gives the same bits. */
async function runC(model: Model, inputs: readonly Input[], requantize: RequantizeMode) {
  const { lowered, notes, run } = integerReference(model, { requantize });
  const [from] = lowered.graph.inputs;
  const [to] = lowered.graph.outputs;
  const shape = from!.type!.shape as readonly number[];
  const reference = inputs.map((input) => {
    const tensor =
      input instanceof Uint8Array ? tensorOf('uint8', shape, input) : tensorOf('float32', shape, input);
    return run({ [from!.name]: tensor }).get(to!.name)!.data as Float32Array;
  });
  const generated = generateC(model, { name: 'network', requantize });
  await using compiled = await compileC(generated, checked);
  const bytes = Buffer.concat(inputs.map((input) => (input instanceof Uint8Array ? input : asBytes(input))));
  const results = asFloats(await compiled.run(new Uint8Array(bytes)));
  const size = results.length / inputs.length;
  const outputs = inputs.map((_, i) => results.subarray(i * size, (i + 1) * size));
  const isInteger = lowered.graph.nodes.every(
    ({ domain, outputs: [output] }) => domain === integerDomain || output?.type?.dtype === 'int8',
  );
  return { outputs, reference, report: generated.report, notes, isInteger };
}

const topOf = (values: Float32Array): number => values.indexOf(Math.max(...values));
const differences = (a: readonly Float32Array[], b: readonly Float32Array[]) =>
  a.flatMap((values, i) => Array.from(values, (x, k) => Math.abs(x - b[i]![k]!)));

describe.skipIf(missing || !hasDigits)(`the integer digits in C${skipped || ' (after npm start)'}`, () => {
  test.each(['int8-u8s8', 'int8-s8s8', 'int8-percentile', 'pruned-int8', 'int8-dynamic'])(
    '%s: bits of the reference and of ONNX Runtime for every test picture, in 64 KB and 24 KB',
    async (variant) => {
      const model = readDigits(variant);
      const all = digitsPictures();
      const pictures = Array.from({ length: all.length / 64 }, (_, i) => all.slice(i * 64, i * 64 + 64));
      const { outputs, reference, report, notes } = await runC(model, pictures, 'float');
      expect(notes).toEqual([]);
      expect(outputs).toEqual(reference.map((values) => Float32Array.from(values)));
      expect(outputs).toEqual(await runExactly(model, pictures));
      // By default, x86 without VNNI adds products in 16 bits, which saturate, so a class or two may be another.
      const usual = await runExactly(model, pictures, { intraOpNumThreads: 1 });
      const agreeing = outputs.filter((values, i) => topOf(values) === topOf(usual[i]!));
      expect(agreeing.length / outputs.length).toBeGreaterThanOrEqual(0.99);
      expect(report.flashBytes).toBeLessThan(64 * 1024);
      expect(report.arenaBytes).toBeLessThan(24 * 1024);
    },
  );

  test('without floats the classes are the same', async () => {
    const model = readDigits('int8-u8s8');
    const all = digitsPictures();
    const pictures = Array.from({ length: all.length / 64 }, (_, i) => all.slice(i * 64, i * 64 + 64));
    const { outputs, reference } = await runC(model, pictures, 'integer');
    expect(outputs).toEqual(reference.map((values) => Float32Array.from(values)));
    expect(outputs.map(topOf)).toEqual((await runExactly(model, pictures)).map(topOf));
  });
});

describe.skipIf(missing || !hasForeignModels)(`quantized models of another framework in C${skipped}`, () => {
  test.each(
    foreignModels.flatMap((name) => (['uint8', 'int8'] as const).map((dtype) => [name, dtype] as const)),
  )('%s, %s: bits of the reference, and within one step of ONNX Runtime', async (name, activations) => {
    const { model } = optimize(readForeignModel(name).model);
    const [input] = model.graph.inputs;
    const shape = [1, ...(input!.type!.shape!.slice(1) as number[])];
    const random = new Random(5);
    const draw = () =>
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.float(-2, 2));
    const batches = Array.from({ length: 16 }, () => ({
      [input!.name]: new ort.Tensor('float32', draw(), shape),
    }));
    const { model: quantized } = quantizeStatic(model, await calibrate(model, batches, { ort }), {
      activations,
    });
    const inputs = Array.from({ length: 6 }, draw);
    const { outputs, reference, isInteger } = await runC(quantized, inputs, 'float');
    // Exponentials and the like are another library's in C, so their last bit may differ.
    if (isInteger) expect(outputs).toEqual(reference.map((values) => Float32Array.from(values)));
    expect(isInteger).toBe(!/^(se-silu|lenet5)/.test(name));
    const expected = await runExactly(quantized, inputs);
    const all = expected.flatMap((values) => Array.from(values));
    const step = (Math.max(...all) - Math.min(...all)) / 255;
    expect(Math.max(...differences(outputs, reference))).toBeLessThanOrEqual(step);
    expect(Math.max(...differences(outputs, expected))).toBeLessThanOrEqual(step);
    expect(outputs.map(topOf)).toEqual(expected.map(topOf));
  });
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tensorOf } from '@trainyard/autograd';
import { commandMissing, compileC, sanitizers, strictFlags } from '@trainyard/testing/embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateC } from '../generate-c.ts';
import { cmsisNnMacro } from '../kernels/cmsis-nn-int8.ts';
import { asFloats, digitsPictures, hasDigits, readDigits } from '../testing/models.cases.ts';
import { stubHeader, stubSource } from './cmsis-nn-stub.cases.ts';
import { integerReference } from './integer-reference.ts';
import { buildCase, quantizedCases } from './quantized-graphs.cases.ts';

const missing = commandMissing('gcc');
const skipped = missing ? ` (skipped: ${missing})` : '';
const flags = [...strictFlags, '-O1', ...sanitizers];

/** Cases by the number of calls of the library that one run must make. */
const hooked: readonly (readonly [string, number])[] = [
  ['Conv', 1],
  ['Conv 1×1', 1],
  ['Conv Relu', 1],
  ['Conv of one axis', 1],
  ['Conv depthwise', 1],
  ['Conv grouped', 0],
  ['Gemm', 1],
  ['MatMul', 1],
  ['Conv Flatten Gemm', 2],
  ['MaxPool rescaled', 1],
  ['AveragePool in one scale', 1],
];

describe.skipIf(missing)(`CMSIS-NN, by functions of ours with its names${skipped}`, () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cmsis-nn-'));
    await writeFile(join(folder, 'arm_nnfunctions.h'), stubHeader);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const library = () => ({
    compiler: 'gcc',
    flags: [...flags, `-I${folder}`, `-D${cmsisNnMacro}`, '-DCMSIS_NN_USE_SINGLE_ROUNDING'],
    sources: { 'stub.c': stubSource },
  });

  test.each(hooked)('%s: calls it, and gives the bits of the reference', async (name, calls) => {
    const quantizedCase = quantizedCases.find((candidate) => candidate.name === name)!;
    const { model, draw } = buildCase(quantizedCase, 11, 'int8');
    const { lowered, run } = integerReference(model, { requantize: 'integer' });
    const inputs = [draw(), draw()];
    const expected = inputs.flatMap((values) => {
      const feeds = values.map(
        ({ name: input, shape, data }) => [input, tensorOf('float32', shape, data as Float32Array)] as const,
      );
      return Array.from(
        run(Object.fromEntries(feeds)).get(lowered.graph.outputs[0]!.name)!.data as Float32Array,
      );
    });
    const bytes = new Uint8Array(Buffer.concat(inputs.flat().map(({ data }) => new Uint8Array(data.buffer))));
    const generated = generateC(model, { name: 'hooked', cmsisNn: true });
    await using withLibrary = await compileC(generated, library());
    expect(Array.from(asFloats(await withLibrary.run(bytes)))).toEqual(expected);
    expect(Number(await readFile(join(withLibrary.folder, 'calls'), 'utf8'))).toBe(calls * inputs.length);
    // The same file without the library.
    await using portable = await compileC(generated, { compiler: 'gcc', flags });
    expect(Array.from(asFloats(await portable.run(bytes)))).toEqual(expected);
  });

  test('sums and products of tensors of one size', async () => {
    for (const opType of ['Add', 'Mul']) {
      const { model, draw } = buildCase(
        {
          build(net) {
            const shape = [1, 3, 4, 5];
            return net.quantized(net.op(opType, [net.input(shape), net.input(shape)]), 0.04);
          },
        },
        3,
        'uint8',
      );
      const { lowered, run } = integerReference(model, { requantize: 'integer' });
      const values = draw();
      const feeds = values.map(
        ({ name, shape, data }) => [name, tensorOf('float32', shape, data as Float32Array)] as const,
      );
      const expected = run(Object.fromEntries(feeds)).get(lowered.graph.outputs[0]!.name)!
        .data as Float32Array;
      const bytes = new Uint8Array(Buffer.concat(values.map(({ data }) => new Uint8Array(data.buffer))));
      await using compiled = await compileC(generateC(model, { name: 'hooked', cmsisNn: true }), library());
      expect(asFloats(await compiled.run(bytes))).toEqual(Float32Array.from(expected));
      expect(await readFile(join(compiled.folder, 'calls'), 'utf8')).toBe('1');
    }
  });

  test.skipIf(!hasDigits)('the digits: every picture as the reference has it', async () => {
    const model = readDigits('int8-u8s8');
    const { run } = integerReference(model, { requantize: 'integer' });
    const pictures = digitsPictures();
    const expected: number[] = [];
    for (let at = 0; at < pictures.length; at += 64) {
      const pixels = tensorOf('uint8', [1, 8, 8, 1], pictures.slice(at, at + 64));
      expected.push(...(run({ pixels }).get('logits')!.data as Float32Array));
    }
    await using compiled = await compileC(generateC(model, { name: 'digits', cmsisNn: true }), library());
    expect(Array.from(asFloats(await compiled.run(pictures)))).toEqual(expected);
    // Three convolutions and two poolings; the logits are floats, which it has no function for.
    const calls = Number(await readFile(join(compiled.folder, 'calls'), 'utf8'));
    expect(calls).toBe((5 * pictures.length) / 64);
  });

  test('rounding twice is refused when it is compiled', async () => {
    const { model } = buildCase(quantizedCases[0]!, 1, 'int8');
    const twice = { ...library(), flags: [...flags, `-I${folder}`, `-D${cmsisNnMacro}`] };
    const compiling = compileC(generateC(model, { name: 'hooked', cmsisNn: true }), twice);
    await expect(compiling).rejects.toThrow(/CMSIS_NN_USE_SINGLE_ROUNDING/);
  });
});

test('floats beside CMSIS-NN are refused', () => {
  const { model } = buildCase(quantizedCases[0]!, 1, 'int8');
  expect(() => generateC(model, { cmsisNn: true, requantize: 'float' })).toThrow(/requantize 'integer'/);
});

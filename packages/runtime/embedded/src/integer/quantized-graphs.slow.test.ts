import { tensorOf } from '@trainyard/autograd';
import { commandMissing, compileC, sanitizers, strictFlags } from '@trainyard/testing/embedded';
import { describe, expect, test } from 'vitest';
import { generateC } from '../generate-c.ts';
import { integerReference } from './integer-reference.ts';
import { buildCase, type Dtype, type QuantizedCase, quantizedCases } from './quantized-graphs.cases.ts';
import type { RequantizeMode } from './requantize.ts';

const missing = commandMissing('gcc');
const runs = 5;

/** Compiles a case with every check there is, and compares the bytes of its outputs with those of the reference. */
async function expectSameBits(
  quantizedCase: QuantizedCase,
  seed: number,
  dtype: Dtype,
  requantize: RequantizeMode,
): Promise<void> {
  const { model, draw } = buildCase(quantizedCase, seed, dtype);
  const { lowered, run } = integerReference(model, { requantize });
  const inputs = Array.from({ length: runs }, draw);
  const expected = inputs.map((values) => {
    const feeds = values.map(({ name, shape, data }) => [name, tensorOf('float32', shape, data)] as const);
    return run(Object.fromEntries(feeds)).get(lowered.graph.outputs[0]!.name)!.data as Float32Array;
  });
  await using compiled = await compileC(generateC(model, { name: 'quantized', requantize }), {
    compiler: 'gcc',
    flags: [...strictFlags, '-O1', ...sanitizers],
  });
  const bytes = Buffer.concat(inputs.flat().map(({ data }) => new Uint8Array(data.buffer)));
  const got = new Float32Array((await compiled.run(new Uint8Array(bytes))).slice().buffer);
  expect(Array.from(got), `seed ${seed}`).toEqual(expected.flatMap((values) => Array.from(values)));
}

describe.skipIf(missing)(
  `C gives the bits of the reference${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    test.each(quantizedCases)('$name', async (quantizedCase) => {
      for (const seed of [1, 2]) await expectSameBits(quantizedCase, seed, 'uint8', 'float');
      for (const seed of [3, 4]) await expectSameBits(quantizedCase, seed, 'int8', 'integer');
    });
  },
);

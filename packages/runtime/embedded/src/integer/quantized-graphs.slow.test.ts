import { tensorOf } from '@trainyard/autograd';
import { commandMissing, compileC, sanitizers, strictFlags } from '@trainyard/testing/embedded';
import { describe, expect, test } from 'vitest';
import { generateC } from '../generate-c.ts';
import { integerReference } from './integer-reference.ts';
import { buildCase, type Dtype, type QuantizedCase, quantizedCases } from './quantized-graphs.cases.ts';
import type { RequantizeMode } from './requantize.ts';

const missing = commandMissing('gcc');
const runs = 5;

const checked = [...strictFlags, '-O1', ...sanitizers];
const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

/** Compiles a case with every check there is, and compares the bytes of its outputs with those of the reference. */
async function expectSameBits(
  quantizedCase: QuantizedCase,
  seed: number,
  dtype: Dtype,
  requantize: RequantizeMode,
  flags: readonly string[] = checked,
): Promise<void> {
  const { model, draw } = buildCase(quantizedCase, seed, dtype);
  const { lowered, run } = integerReference(model, { requantize });
  const inputs = Array.from({ length: runs }, draw);
  const expected = inputs.map((values) => {
    const feeds = values.map(
      ({ name, dtype: kind, shape, data }) => [name, tensorOf(kind, shape, data as never)] as const,
    );
    return bytesOf(run(Object.fromEntries(feeds)).get(lowered.graph.outputs[0]!.name)!.data);
  });
  const generated = generateC(model, { name: 'quantized', requantize });
  await using compiled = await compileC(generated, { compiler: 'gcc', flags });
  const got = await compiled.run(
    new Uint8Array(Buffer.concat(inputs.flat().map(({ data }) => bytesOf(data)))),
  );
  expect(Buffer.compare(got, Buffer.concat(expected)), `seed ${seed}`).toBe(0);
}

describe.skipIf(missing)(
  `C gives the bits of the reference${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    test.each(quantizedCases)('$name', async (quantizedCase) => {
      await expectSameBits(quantizedCase, 1, 'uint8', 'float');
      await expectSameBits(quantizedCase, 2, 'int8', 'integer');
      await expectSameBits(quantizedCase, 3, 'int8', 'float');
    });

    // Of a product and a sum, compilers make one operation that rounds once, where the language's rules let them.
    test.skipIf(process.arch !== 'x64')('fused multiply-adds change nothing (x64)', async () => {
      const flags = ['-std=gnu99', '-O3', '-mavx2', '-mfma', '-ffp-contract=fast'];
      for (const name of ['Conv', 'Mul', 'Add', 'AveragePool', 'GlobalAveragePool', 'Rescaling alone'])
        await expectSameBits(quantizedCases.find((one) => one.name === name)!, 5, 'uint8', 'float', flags);
    });
  },
);

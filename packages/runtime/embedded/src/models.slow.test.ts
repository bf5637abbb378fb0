import { writeModel } from '@trainyard/onnx-ir';
import { commandMissing, compileC, sanitizers, strictFlags } from '@trainyard/testing/embedded';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { type GeneratedC, generateC } from './generate-c.ts';
import { ortFormat } from './ort-format/ort-format.ts';
import {
  asBytes,
  asFloats,
  digitsFloatVariants,
  digitsLabels,
  digitsPictures,
  digitsVariants,
  foreignModels,
  hasDigits,
  hasForeignModels,
  maxDifference,
  readDigits,
  readForeignModel,
  runInOrt,
} from './testing/models.cases.ts';

const missing = commandMissing('gcc');
const checked = { compiler: 'gcc', flags: [...strictFlags, '-O1', ...sanitizers] };
const expectSmallArena = ({ report: { arenaBytes, arenaLowerBound } }: GeneratedC): void =>
  expect(arenaBytes).toBeLessThanOrEqual(1.05 * arenaLowerBound);
const skipped = missing ? ` (skipped: ${missing})` : '';

describe.skipIf(missing || !hasDigits)(`the digits in C${skipped || ' (after npm start)'}`, () => {
  test.each(digitsFloatVariants)('%s gives the logits of ONNX Runtime', async (variant) => {
    const model = readDigits(variant);
    const pictures = digitsPictures();
    const generated = generateC(model, { name: 'digits', labels: digitsLabels() });
    await using compiled = await compileC(generated, checked);
    const logits = asFloats(await compiled.run(pictures));
    const expected = await runInOrt(model, pictures, [8, 8, 1]);
    const difference = maxDifference(logits, expected);
    expect(difference).toBeLessThan(1e-4);
    expectSmallArena(generated);
  });
});

describe.skipIf(!hasDigits)('the digits in ORT format (after npm start)', () => {
  test.each(digitsVariants())(
    '%s gives the logits of the model, and names what it needs',
    async (variant) => {
      const model = readDigits(variant);
      const pictures = digitsPictures();
      const { bytes, operators } = await ortFormat(writeModel(model), { ort });
      expect(operators.length).toBeGreaterThan(4);
      const expected = await runInOrt(model, pictures, [8, 8, 1]);
      expect(maxDifference(await runInOrt(bytes, pictures, [8, 8, 1]), expected)).toBeLessThan(1e-4);
    },
  );
});

describe.skipIf(missing || !hasForeignModels)(`models of another framework in C${skipped}`, () => {
  test.each(foreignModels)('%s gives the outputs of PyTorch', async (name) => {
    const { model, input, output } = readForeignModel(name);
    const generated = generateC(model, { name: 'foreign' });
    await using compiled = await compileC(generated, checked);
    const difference = maxDifference(asFloats(await compiled.run(asBytes(input))), output);
    expect(difference).toBeLessThan(1e-4);
    expectSmallArena(generated);
  });
});

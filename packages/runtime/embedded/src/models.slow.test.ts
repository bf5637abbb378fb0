import { commandMissing, compileC, sanitizers, strictFlags } from '@trainyard/testing/embedded';
import { describe, expect, test } from 'vitest';
import { generateC } from './generate-c.ts';
import {
  asBytes,
  asFloats,
  digitsFloatVariants,
  digitsLabels,
  digitsPictures,
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
    console.log(
      variant,
      generated.report.flashBytes,
      generated.report.arenaBytes,
      generated.report.arenaLowerBound,
      difference,
    );
    expect(difference).toBeLessThan(variant === 'float16' ? 0.1 : 1e-4);
  });
});

describe.skipIf(missing || !hasForeignModels)(`models of another framework in C${skipped}`, () => {
  test.each(foreignModels)('%s gives the outputs of PyTorch', async (name) => {
    const { model, input, output } = readForeignModel(name);
    const generated = generateC(model, { name: 'foreign' });
    await using compiled = await compileC(generated, checked);
    const difference = maxDifference(asFloats(await compiled.run(asBytes(input))), output);
    console.log(
      name,
      generated.report.flashBytes,
      generated.report.arenaBytes,
      generated.report.arenaLowerBound,
      difference,
    );
    expect(difference).toBeLessThan(1e-4);
  });
});

import { exportOnnx } from '@trainyard/exporter';
import { commandMissing, compileC, sanitizers, strictFlags } from '@trainyard/testing/embedded';
import { barSplit, comparedNetworks, largerNetworks } from '@trainyard/testing/training';
import { initialize } from '@trainyard/trainer';
import { describe, expect, test } from 'vitest';
import { generateC } from './generate-c.ts';
import { asFloats, maxDifference, runInOrt } from './testing/models.cases.ts';

const missing = commandMissing('gcc');
const checked = { compiler: 'gcc', flags: [...strictFlags, '-O1', ...sanitizers] };
const networks = [...comparedNetworks, ...largerNetworks];

describe.skipIf(missing)(`our networks in C${missing ? ` (skipped: ${missing})` : ''}`, () => {
  test.each(networks)('$name gives the logits of ONNX Runtime', async ({ make, shape }) => {
    const [height, width, channels] = shape;
    const model = exportOnnx(initialize(make(), 1), {
      input: { height, width, channels: channels as 1 | 3 },
    });
    const { images } = barSplit(3, shape);
    const generated = generateC(model, { name: 'network' });
    const { arenaBytes, arenaLowerBound } = generated.report;
    expect(arenaBytes).toBeLessThanOrEqual(1.05 * arenaLowerBound);
    await using compiled = await compileC(generated, checked);
    const logits = asFloats(await compiled.run(images));
    const expected = await runInOrt(model, images, shape);
    const largest = expected.reduce((most, logit) => Math.max(most, Math.abs(logit)), 1);
    expect(maxDifference(logits, expected)).toBeLessThan(1e-4 * largest);
  });
});

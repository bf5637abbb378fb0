import { describe, expect, test } from 'vitest';
import { countFlops } from '../analyze/count.ts';
import {
  foreignModels,
  hasForeignModels,
  maxDifference,
  readForeignModel,
  run,
} from '../foreign-models.cases.ts';
import { pruneChannels } from './prune-channels.ts';
import { zeroChannels } from './zero-channels.cases.ts';

describe.skipIf(!hasForeignModels)('on models of another framework (../shared/foreign-models)', () => {
  test.each(foreignModels)('%s runs in ONNX Runtime with 35 percent fewer FLOPs', async (name) => {
    const { model, input, inputShape, output } = readForeignModel(name);
    const { model: pruned, report } = pruneChannels(model, { flopsReduction: 0.35 });
    expect(countFlops(pruned).total).toBeLessThanOrEqual(countFlops(model).total * 0.65);
    expect(report.flops.after).toBe(countFlops(pruned).total);
    expect(report.parameters.after).toBeLessThan(report.parameters.before);
    const logits = await run(pruned, input, inputShape);
    expect(logits.length).toBe(output.length);
    expect(logits.every(Number.isFinite)).toBe(true);
  });

  test.each(foreignModels)('%s loses nothing with channels that are zero', async (name) => {
    const { model, input, inputShape, output } = readForeignModel(name);
    const { report } = pruneChannels(model, { flopsReduction: 0.3 });
    const channels = Object.fromEntries(report.layers.map(({ weight, cut }) => [weight, cut]));
    const zeroed = zeroChannels(model, channels);
    const { model: pruned } = pruneChannels(zeroed, { channels });
    const expected = await run(zeroed, input, inputShape);
    expect(maxDifference(await run(pruned, input, inputShape), expected)).toBeLessThan(1e-5);
    // The channels did matter before.
    expect(maxDifference(expected, output)).toBeGreaterThan(1e-4);
    expect(countFlops(pruned).total).toBeLessThan(countFlops(model).total * 0.75);
  });
});

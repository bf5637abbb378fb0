import { cloneModel, type Model, TensorData } from '@trainyard/onnx-ir';
import { describe, expect, test } from 'vitest';
import { countFlops } from '../analyze/count.ts';
import {
  foreignModels,
  hasForeignModels,
  maxDifference,
  readForeignModel,
  run,
} from '../foreign-models.cases.ts';
import { coupleChannels } from './coupling.ts';
import { liftConstants } from './lift-constants.ts';
import { pruneChannels } from './prune-channels.ts';
import { rules } from './rules/index.ts';

/** Makes the given channels produce zeros: their filters, biases, scales, and all else of theirs but statistics. */
function zeroChannels(model: Model, channels: Readonly<Record<string, readonly number[]>>): Model {
  const zeroed = cloneModel(model);
  liftConstants(zeroed.graph);
  const { atoms, layouts, producers } = coupleChannels(zeroed, rules, {});
  const roots = new Set<number>();
  for (const weight of zeroed.graph.initializers)
    for (const axis of layouts.get(weight) ?? [])
      if (axis && channels[weight.name] && producers.some((producer) => producer.axis === axis))
        for (const i of channels[weight.name]!) roots.add(atoms.root(axis[i]!));
  const makers = new Set(producers.map(({ axis }) => axis));
  for (const value of zeroed.graph.initializers) {
    if (value.data?.dtype !== 'float32') continue;
    const layout = layouts.get(value) ?? [];
    const isBias = layout.length === 1;
    const isVariance = [...value.uses].some(
      ({ node, index }) => node.opType === 'BatchNormalization' && index > 2,
    );
    if (isVariance) continue;
    const at = layout.findIndex((axis) => axis && (isBias || makers.has(axis)));
    const axis = layout[at];
    if (!axis) continue;
    const inner = value.data.dims.slice(at + 1).reduce((a, b) => a * b, 1);
    const view = value.data.view('float32').map((x, i) => {
      const index = Math.floor(i / inner) % axis.length;
      return roots.has(atoms.root(axis[index]!)) ? 0 : x;
    });
    value.data = TensorData.from('float32', value.data.dims, view);
  }
  return zeroed;
}

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

import { Generator, tensorOf } from '@trainyard/autograd';
import { digitsNet, fit, initialize, sgd } from '@trainyard/trainer';
import { expect, test } from 'vitest';
import { countParameters } from '../analyze/count.ts';
import { exportOnnx } from '../export/export-onnx.ts';
import { importNetwork, withWeights } from '../import/graph-module.ts';
import { pruneMagnitude } from './prune-magnitude.ts';

const model = exportOnnx(initialize(digitsNet({ channels: [4, 6, 8] }), 1), {
  input: { height: 8, width: 8, channels: 1 },
});
const weightsOf = ({ graph }: typeof model) =>
  new Map(
    graph.initializers
      .filter(({ name }) => name.endsWith('.weight') && !name.startsWith('norm'))
      .map(({ name, data }) => [name, [...data!.view('float32')]]),
  );
const zeros = (values: readonly number[]) => values.filter((value) => value === 0).length;

test('exactly the asked share of the weights goes, the smallest of all', () => {
  const { model: pruned, masks, report } = pruneMagnitude(model, { sparsity: 0.6 });
  const before = [...weightsOf(model).values()].flat();
  const after = [...weightsOf(pruned).values()].flat();
  expect(report.weights).toBe(before.length);
  expect(report.zeros).toBe(Math.round(before.length * 0.6));
  expect(zeros(after)).toBe(report.zeros);
  const gone = before.filter((_, i) => after[i] === 0).map(Math.abs);
  const left = after.filter((value) => value !== 0).map(Math.abs);
  expect(Math.max(...gone)).toBeLessThanOrEqual(Math.min(...left));
  expect(Object.keys(masks).sort()).toEqual([...weightsOf(model).keys()].sort());
  expect(countParameters(pruned)).toBe(countParameters(model));
});

test('by layer, each loses its share, and what is excluded loses nothing', () => {
  const { report } = pruneMagnitude(model, { sparsity: 0.5, scope: 'layer', exclude: ['conv1.weight'] });
  expect(report.layers.map(({ weight }) => weight)).not.toContain('conv1.weight');
  for (const layer of report.layers) expect(layer.zeros).toBe(Math.round(layer.weights / 2));
});

test('equal weights go in their order, so that the share is exact', () => {
  const network = digitsNet({ channels: [4, 6, 8] });
  const ones = network.namedParameters().get('conv1.weight')!;
  ones.value = tensorOf('float32', ones.value.sizes, new Float32Array(36).fill(1));
  const flat = exportOnnx(network, { input: { height: 8, width: 8, channels: 1 } });
  const { masks } = pruneMagnitude(flat, { sparsity: 0.25, scope: 'layer' });
  expect(masks['conv1.weight']!.toArray()).toEqual([...Array(9).fill(0), ...Array(27).fill(1)]);
});

test('nothing is pruned at 0, and shares that are none are refused', () => {
  expect(pruneMagnitude(model, { sparsity: 0 }).report.zeros).toBe(0);
  expect(() => pruneMagnitude(model, { sparsity: 1 })).toThrow(
    'a sparsity from 0 to 1, 1 not included, got 1',
  );
});

test('fine-tuning with the masks changes the weights and keeps the zeros', async () => {
  const { model: pruned, masks } = pruneMagnitude(model, { sparsity: 0.7 });
  const network = importNetwork(pruned);
  const images = Uint8Array.from(new Generator(3).uniform([32 * 64]).toArray(), (x) => x * 256);
  const labels = Int32Array.from({ length: 32 }, (_, i) => i % 10);
  await fit(
    network,
    { images, labels, length: 32 },
    {
      epochs: 1,
      batchSize: 16,
      optimizer: sgd({ momentum: 0.9 }),
      schedule: () => 0.05,
      seed: 1,
      masks,
      imageShape: [8, 8, 1],
    },
  );
  const tuned = weightsOf(withWeights(pruned, network));
  for (const [name, before] of weightsOf(pruned)) {
    const after = tuned.get(name)!;
    expect(after.map((value) => value === 0)).toEqual(before.map((value) => value === 0));
    expect(after.some((value, i) => value !== before[i])).toBe(true);
  }
});

import { Generator, tensorOf } from '@trainyard/autograd';
import { runPasses } from '@trainyard/autograd/passes';
import { checkModel, cloneModel } from '@trainyard/onnx-ir';
import { digitsNet, initialize, type Module, nn, refCnn } from '@trainyard/trainer';
import { expect, it } from 'vitest';
import { exportOnnx } from '../export/export-onnx.ts';
import { maxDifference, run } from '../foreign-models.cases.ts';
import { optimize, standardPasses } from './optimize.ts';

/** A residual network whose normalizations have seen data, so that fusing them matters. */
function normalized(): Module {
  const block = new nn.Sequential({
    conv: new nn.Conv2d(8, 8, { kernelSize: 3, padding: 1, groups: 4, bias: false }),
    norm: new nn.BatchNorm2d(8),
    act: new nn.ReLU(),
  });
  const network = initialize(
    new nn.Sequential({
      preprocess: new nn.Preprocess({ mean: [0.5, 0.4, 0.3], std: [0.2, 0.25, 0.3] }),
      stem: new nn.Conv2d(3, 8, { kernelSize: 3, padding: 1 }),
      norm: new nn.BatchNorm2d(8),
      act: new nn.ReLU(),
      block: new nn.Residual(block),
      pool: new nn.MaxPool2d(2),
      dropout: new nn.Dropout(0.3),
      flatten: new nn.Flatten(),
      classifier: new nn.Linear(8 * 4 * 4, 5),
    }),
    3,
  );
  const generator = new Generator(9);
  const buffers = [...network.namedParameters(), ...network.namedBuffers()];
  for (const [name, state] of buffers)
    if (name.includes('norm')) {
      const drawn = generator.uniform(state.value.sizes, 0.5, 1.5).toArray();
      state.value = tensorOf('float32', state.value.sizes, Float32Array.from(drawn));
    }
  return network;
}

const networks: [string, () => Module, readonly [number, number, number]][] = [
  ['the digits network', () => initialize(digitsNet(), 3), [8, 8, 1]],
  ['the reference network', () => initialize(refCnn(), 3), [28, 28, 1]],
  ['a network with normalization', normalized, [8, 8, 3]],
];

it.each(networks)(
  'every pass, alone and with the others, leaves the outputs of %s',
  async (_, make, shape) => {
    const [height, width, channels] = shape;
    const model = exportOnnx(make(), { input: { height, width, channels } });
    const pixels = Uint8Array.from(new Generator(1).uniform([3, ...shape]).toArray(), (x) => x * 256);
    const expected = await run(model, pixels, [3, ...shape]);
    const all = optimize(model);
    const alone = standardPasses.map((pass) => {
      const copy = cloneModel(model);
      return { what: pass.name, model: copy, reports: runPasses(copy, [pass]) };
    });
    for (const { what, model: changed } of [...alone, { what: 'all', model: all.model }]) {
      checkModel(changed);
      expect(maxDifference(await run(changed, pixels, [3, ...shape]), expected), what).toBeLessThan(1e-5);
    }
    const left = new Set(all.model.graph.nodes.map(({ opType }) => opType));
    expect(
      [...left].filter((opType) => ['Identity', 'BatchNormalization', 'Constant'].includes(opType)),
    ).toEqual([]);
    expect(all.model.graph.nodes.length).toBeLessThan(model.graph.nodes.length);
  },
);

import { Generator, meanSquaredError, relu, tensorOf, trace, valueAndGrad } from '@trainyard/autograd';
import { createModel, Graph, type Model, Node, TensorData, Value, writeModel } from '@trainyard/onnx-ir';
import { digitsNet, fit, initialize, nn, parameterValues, sgd, withState } from '@trainyard/trainer';
import { describe, expect, test } from 'vitest';
import { exportOnnx } from '../export/export-onnx.ts';
import {
  foreignModels,
  hasForeignModels,
  maxDifference,
  readForeignModel,
  run,
} from '../foreign-models.cases.ts';
import { importNetwork, withWeights } from './graph-module.ts';

const picture = { height: 8, width: 8, channels: 1 };
const small = () => initialize(digitsNet({ channels: [3, 4, 5] }), 5);
const pixels = tensorOf(
  'uint8',
  [4, 8, 8, 1],
  Uint8Array.from(new Generator(2).uniform([256]).toArray(), (x) => x * 256),
);

test('an exported network comes back with its parameters, and with nothing else as a parameter', () => {
  const network = small();
  const imported = importNetwork(exportOnnx(network, { input: picture }));
  expect([...imported.namedParameters().keys()].sort()).toEqual([...network.namedParameters().keys()].sort());
  expect(imported.forward(pixels).toArray()).toEqual(network.forward(pixels).toArray());
});

test('weights that training changed go back into the model', async () => {
  const model = exportOnnx(small(), { input: picture });
  const imported = importNetwork(model);
  const before = imported.forward(pixels);
  const step = valueAndGrad((state: ReturnType<typeof parameterValues>) => {
    const [logits] = withState(imported, state, () => imported.forward(pixels));
    return meanSquaredError(logits, tensorOf('float32', [4, 10], new Float32Array(40).fill(1)));
  });
  const [, gradients] = step(parameterValues(imported));
  for (const [name, parameter] of imported.namedParameters()) {
    const gradient = gradients[name]!.data as Float32Array;
    expect(gradient.some((g) => g !== 0)).toBe(true);
    const moved = (parameter.value.data as Float32Array).map((w, i) => w - 0.01 * gradient[i]!);
    parameter.value = tensorOf('float32', parameter.value.sizes, moved);
  }
  const after = imported.forward(pixels).toArray();
  expect(maxDifference(after, before.toArray())).toBeGreaterThan(1e-3);
  const trained = await run(withWeights(model, imported), pixels.data as Uint8Array, [4, 8, 8, 1]);
  expect(maxDifference(trained, after)).toBeLessThan(1e-4);
  const original = await run(model, pixels.data as Uint8Array, [4, 8, 8, 1]);
  expect(maxDifference(original, before.toArray())).toBeLessThan(1e-4);
});

test('untouched weights give the same bytes', () => {
  const model = exportOnnx(small(), { input: picture });
  expect(Buffer.compare(writeModel(withWeights(model, importNetwork(model))), writeModel(model))).toBe(0);
});

test('an imported network can be traced again', () => {
  const imported = importNetwork(exportOnnx(small(), { input: picture }));
  const again = exportOnnx(imported, { input: picture });
  expect(importNetwork(again).forward(pixels).toArray()).toEqual(imported.forward(pixels).toArray());
  expect([...importNetwork(again).namedParameters().keys()].sort()).toEqual(
    [...imported.namedParameters().keys()].sort(),
  );
});

test('what the model does not hold is refused', () => {
  const model = exportOnnx(small(), { input: picture });
  const other = initialize(digitsNet({ channels: [3, 4, 6] }), 5);
  expect(() => withWeights(model, other)).toThrow(/withWeights: expected .* as float32\[/);
});

function withNode(opType: string): Model {
  const graph = new Graph('unknown');
  const x = new Value('x', { dtype: 'float32', shape: ['batch', 3] });
  const y = new Value('y', { dtype: 'float32', shape: ['batch', 3] });
  graph.inputs.push(x);
  graph.nodes.push(new Node(opType, [x], [y], { name: 'odd' }));
  graph.outputs.push(y);
  return createModel(graph);
}

test('an operator we do not know is named', () => {
  expect(() => importNetwork(withNode('Bernoulli'))).toThrow(
    'importNetwork: expected operators we know, got Bernoulli at node "odd"',
  );
});

test('a model of two inputs is refused', () => {
  const type = { dtype: 'float32', shape: [2] } as const;
  const { graph } = trace(({ a, b }) => ({ y: relu(a!), z: relu(b!) }), { a: type, b: type });
  expect(() => importNetwork(createModel(graph))).toThrow(
    'importNetwork: expected a model with one input, got 2',
  );
});

test('constants in Constant nodes are weights too', () => {
  const graph = new Graph('constants');
  const x = new Value('x', { dtype: 'float32', shape: ['batch', 2] });
  const [w, y] = [new Value('w'), new Value('y', { dtype: 'float32', shape: ['batch', 1] })];
  const data = TensorData.from('float32', [2, 1], Float32Array.of(2, 3));
  graph.inputs.push(x);
  graph.nodes.push(
    new Node('Constant', [], [w], { attributes: new Map([['value', { kind: 'tensor', value: data }]]) }),
    new Node('MatMul', [x, w], [y]),
  );
  graph.outputs.push(y);
  const imported = importNetwork(createModel(graph));
  expect([...imported.namedParameters().keys()]).toEqual(['w']);
  expect(imported.forward(tensorOf('float32', [1, 2], Float32Array.of(1, 10))).toArray()).toEqual([32]);
});

describe.skipIf(!hasForeignModels)('models of another framework (../shared/foreign-models)', () => {
  test.each(foreignModels)('%s computes what it computed there', (name) => {
    const { model, input, inputShape, output } = readForeignModel(name);
    const imported = importNetwork(model);
    const logits = imported.forward(tensorOf('float32', inputShape, input));
    expect(maxDifference(logits.toArray(), output)).toBeLessThan(1e-5);
    // Every weight is found: half of the constants of such a network are weights and biases, at the least.
    const trained = [...imported.namedParameters().values()].reduce((sum, { value }) => sum + value.size, 0);
    const all = model.graph.initializers.reduce(
      (sum, { data }) => sum + (data?.dtype === 'float32' ? data.size : 0),
      0,
    );
    expect(trained).toBeGreaterThan(all * 0.97);
  });

  test('one of them is trained further behind preprocessing of ours', async () => {
    const { model, input, inputShape } = readForeignModel('lenet5/dynamo');
    const body = importNetwork(model);
    const network = new nn.Sequential({ preprocess: new nn.Preprocess({ mean: [0.5], std: [0.5] }), body });
    const images = Uint8Array.from({ length: 16 * 28 * 28 }, (_, i) => (i * 37) % 256);
    const labels = Int32Array.from({ length: 16 }, (_, i) => i % 10);
    await fit(
      network,
      { images, labels, length: 16 },
      { epochs: 1, batchSize: 8, optimizer: sgd(), schedule: () => 0.1, seed: 1, imageShape: [28, 28, 1] },
    );
    const before = parameterValues(importNetwork(model));
    for (const [name, { value }] of body.namedParameters())
      expect([name, maxDifference(value.toArray(), before[name]!.toArray())]).not.toEqual([name, 0]);
    const trained = await run(withWeights(model, body), input, inputShape);
    const eager = body.forward(tensorOf('float32', inputShape, input)).toArray();
    expect(maxDifference(trained, eager)).toBeLessThan(1e-5);
  });
});

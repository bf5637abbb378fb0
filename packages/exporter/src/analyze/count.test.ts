import { conv, flatten, globalAveragePool, matMul, relu, tensorOf, trace, zeros } from '@trainyard/autograd';
import { createModel, Graph, type Model, Node, TensorData, Value } from '@trainyard/onnx-ir';
import { digitsNet, initialize } from '@trainyard/trainer';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { exportOnnx } from '../export/export-onnx.ts';
import { foreignModels, hasForeignModels, readForeignModel } from '../foreign-models.cases.ts';
import { calibrate, quantizeDynamic, quantizeStatic, toFloat16 } from '../quantize/index.ts';
import { countFlops, countParameters } from './count.ts';
import { inferGraph } from './infer-graph.ts';

const small = (): Model => {
  const filters = zeros([4, 3, 3, 3]);
  const { graph } = trace(
    ({ x }) => ({
      y: matMul(flatten(globalAveragePool(relu(conv(x!, filters)))), zeros([4, 2])),
    }),
    { x: { dtype: 'float32', shape: ['batch', 3, 10, 12] } },
  );
  return createModel(graph);
};

test('a multiply-add is two operations, and a batch counts each picture', () => {
  const convolution = 2 * 4 * (8 * 10) * (3 * 3 * 3);
  const product = 2 * 4 * 2;
  const { total, byNode, uncounted } = countFlops(small());
  expect([...byNode].map(([{ opType }, count]) => [opType, count])).toEqual([
    ['Conv', convolution],
    ['MatMul', product],
  ]);
  expect(total).toBe(convolution + product);
  expect(uncounted.size).toBe(0);
  expect(countFlops(small(), { batch: 5 }).total).toBe(5 * total);
  expect(countFlops(small(), { inputShape: [1, 3, 3, 3] }).total).toBe(2 * 4 * 27 + product);
});

test('parameters are all numbers but shapes', () => {
  expect(countParameters(small())).toBe(4 * 27 + 8);
});

test('the reference network of the digits counts as by hand', () => {
  const network = initialize(digitsNet({ channels: [2, 3, 4] }), 1);
  const { total } = countFlops(exportOnnx(network, { input: { height: 8, width: 8, channels: 1 } }));
  expect(total).toBe(2 * (64 * 9 * 2 + 64 * 9 * 6 + 16 * 9 * 12 + 16 * 10));
});

/** A graph of integer operators as quantization makes them. */
function quantized(): Model {
  const graph = new Graph('quantized');
  const value = (name: string) => new Value(name);
  const [q, scale, zero, c, d] = ['q', 'scale', 'zero', 'c', 'd'].map(value) as [
    Value,
    Value,
    Value,
    Value,
    Value,
  ];
  const x = new Value('x', { dtype: 'float32', shape: ['batch', 3, 6, 6] });
  const w = graph.addInitializer('w', TensorData.from('int8', [8, 3, 3, 3], new Int8Array(216)));
  const s = graph.addInitializer('s', TensorData.from('float32', [], Float32Array.of(1)));
  const z = graph.addInitializer('z', TensorData.from('uint8', [], Uint8Array.of(0)));
  const i = graph.addInitializer('i', TensorData.from('int8', [], Int8Array.of(0)));
  graph.inputs.push(x);
  graph.nodes.push(
    new Node('DynamicQuantizeLinear', [x], [q, scale, zero]),
    new Node('ConvInteger', [q, w, zero], [c]),
    new Node('QLinearConv', [q, s, z, w, s, i, s, z], [d]),
  );
  graph.outputs.push(c, d);
  return createModel(graph);
}

test('integer convolutions count as their float twins', () => {
  const { total, uncounted } = countFlops(quantized());
  expect(total).toBe(2 * (2 * 8 * 16 * 27));
  expect(uncounted.size).toBe(0);
  const { types } = inferGraph(quantized().graph);
  const dtypes = [...types]
    .filter(([{ name }]) => name === 'c' || name === 'd')
    .map(([, { dtype }]) => dtype);
  expect(dtypes).toEqual(['int32', 'uint8']);
});

test('every form of a model that is quantized counts as the float one', async () => {
  const network = initialize(digitsNet({ channels: [2, 3, 4] }), 1);
  const model = exportOnnx(network, { input: { height: 8, width: 8, channels: 1 } });
  const pixels = new ort.Tensor('uint8', new Uint8Array(64).fill(9), [1, 8, 8, 1]);
  const ranges = await calibrate(model, [{ pixels }], { ort });
  const forms = [quantizeDynamic(model), quantizeStatic(model, ranges), toFloat16(model)];
  for (const { model: form } of forms) {
    const { total, uncounted } = countFlops(form);
    expect([...uncounted.values()]).toEqual([]);
    expect(total).toBe(countFlops(model).total);
  }
});

test('what can not be counted is named', () => {
  const model = small();
  model.graph.nodes[1]!.opType = 'Mystery';
  model.graph.nodes[1]!.outputs[0]!.type = undefined;
  const { uncounted } = countFlops(model);
  expect([...uncounted.values()][0]).toBe('we do not know Mystery');
  expect([...uncounted.values()][1]).toMatch(/nothing is known of its input/);
});

test('an input of open size beyond the batch needs a shape', () => {
  const { graph } = trace(({ x }) => ({ y: relu(x!) }), {
    x: { dtype: 'float32', shape: ['batch', 'width'] },
  });
  expect(() => countFlops(createModel(graph))).toThrow(
    'input "x": expected known sizes beyond the first dimension, got [batch, width]; give inputShape',
  );
});

test('constants are computed through', () => {
  const { graph } = trace(({ x }) => ({ y: relu(x!) }), { x: { dtype: 'float32', shape: [2] } });
  graph.addInitializer('c', TensorData.from('float32', [1], Float32Array.of(3)));
  const known = [...inferGraph(graph).types.values()].find((type) => type.known)?.known;
  expect(known?.toArray()).toEqual(tensorOf('float32', [1], Float32Array.of(3)).toArray());
});

describe.skipIf(!hasForeignModels)('models of another framework (../shared/foreign-models)', () => {
  test.each(foreignModels)(
    'every node of %s is understood, and results have the sizes it declares',
    (name) => {
      const { model, inputShape, output } = readForeignModel(name);
      const { types, unknown } = inferGraph(model.graph, { inputShape });
      expect([...unknown].map(([{ opType }, why]) => `${opType}: ${why}`)).toEqual([]);
      for (const value of model.graph.values())
        if (value.type?.shape?.every((dim) => typeof dim === 'number') && value.producer)
          expect([value.name, types.get(value)?.shape]).toEqual([value.name, value.type.shape]);
      const sizes = types.get(model.graph.outputs[0]!)!.shape as number[];
      expect(sizes.reduce((a, b) => a * b, 1)).toBe(output.length);
    },
  );
});

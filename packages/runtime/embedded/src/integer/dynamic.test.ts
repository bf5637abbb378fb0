import { tensorOf } from '@trainyard/autograd';
import { quantizeDynamic } from '@trainyard/exporter';
import { createModel, Graph, type Model, Node, TensorData, Value } from '@trainyard/onnx-ir';
import { describe, expect, test } from 'vitest';
import { runExactly } from './exact-ort.cases.ts';
import { integerReference } from './integer-reference.ts';
import { Random } from './quantized-graphs.cases.ts';

const random = new Random(3);
const floats = (dims: readonly number[], scale = 1) =>
  TensorData.from(
    'float32',
    dims,
    Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => random.float(-scale, scale)),
  );

/** Two convolutions, the second with groups, and a matrix product. */
function network(): Model {
  const graph = new Graph('dynamic');
  const x = new Value('x', { dtype: 'float32', shape: [1, 3, 7, 6] });
  graph.inputs.push(x);
  const op = (opType: string, inputs: readonly Value[], init: ConstructorParameters<typeof Node>[3] = {}) => {
    const output = new Value(`${opType}${graph.nodes.length}`);
    graph.nodes.push(new Node(opType, inputs, [output], { name: output.name, ...init }));
    return output;
  };
  const constant = (name: string, dims: readonly number[]) => graph.addInitializer(name, floats(dims, 0.5));
  const ints = (value: readonly number[]) => ({ kind: 'ints', value }) as const;
  const int = (value: number) => ({ kind: 'int', value }) as const;
  const first = op('Conv', [x, constant('w1', [4, 3, 3, 2]), constant('b1', [4])], {
    attributes: new Map([
      ['pads', ints([1, 0, 1, 1])],
      ['strides', ints([2, 1])],
    ]),
  });
  const second = op('Conv', [op('Relu', [first]), constant('w2', [6, 2, 1, 2])], {
    attributes: new Map([['group', int(2)]]),
  });
  const flat = op('Flatten', [second]);
  const y = op('Gemm', [flat, constant('w3', [5, 120]), constant('b3', [5])], {
    attributes: new Map([['transB', int(1)]]),
  });
  y.type = { dtype: 'float32' };
  graph.outputs.push(y);
  return createModel(graph);
}

describe('scales of each input', () => {
  test.each([
    ['int8, a scale for each channel', { weights: 'int8', perChannel: true }],
    ['int8, one scale', { weights: 'int8', perChannel: false }],
    ['uint8 with a zero point', { weights: 'uint8' }],
  ] as const)('%s weights: the bits of ONNX Runtime', async (_, options) => {
    const { model } = quantizeDynamic(network(), options);
    const inputs = Array.from({ length: 4 }, () =>
      Float32Array.from({ length: 126 }, () => random.float(-3, 2)),
    );
    inputs.push(new Float32Array(126));
    const { lowered, run } = integerReference(model);
    expect(lowered.graph.nodes.map(({ opType }) => opType)).toEqual([
      'DynamicQuantize',
      'ConvDynamic',
      'Relu',
      'DynamicQuantize',
      'ConvDynamic',
      'Flatten',
      'DynamicQuantize',
      'GemmDynamic',
    ]);
    const expected = await runExactly(model, inputs);
    const name = lowered.graph.outputs[0]!.name;
    for (const [i, data] of inputs.entries())
      expect(run({ x: tensorOf('float32', [1, 3, 7, 6], data) }).get(name)!.data).toEqual(expected[i]);
  });
});

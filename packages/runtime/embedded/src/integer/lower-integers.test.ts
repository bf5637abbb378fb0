import { tensorOf } from '@trainyard/autograd';
import { createModel, Graph, Node, printGraph, TensorData, Value } from '@trainyard/onnx-ir';
import { describe, expect, test } from 'vitest';
import { runExactly } from './exact-ort.cases.ts';
import { integerReference } from './integer-reference.ts';
import { isQuantized, lowerIntegers } from './lower-integers.ts';
import { QdqNet, Random, scaleOf, zeroOf } from './quantized-graphs.cases.ts';

const net = (dtype: 'uint8' | 'int8' = 'uint8') => new QdqNet(new Random(1), dtype);
const lowered = (model: ReturnType<QdqNet['model']>) => lowerIntegers(model, { requantize: 'float' });
const operators = (model: ReturnType<QdqNet['model']>) =>
  lowered(model).model.graph.nodes.map(({ opType, domain }) => (domain ? opType : `float ${opType}`));

/** uint8 pixels [1, 4, 5, channels] → planes of floats, as our Preprocess exports them. */
function pictures(to: QdqNet, mean: readonly number[], factor: readonly number[], channels: number): Value {
  const pixels = new Value('pixels', { dtype: 'uint8', shape: [1, 4, 5, channels] });
  to.graph.inputs.push(pixels);
  const planes = to.op('Transpose', [pixels], { perm: [0, 3, 1, 2] });
  const floats = to.op('Cast', [planes], { to: 1 });
  const shape = mean.length > 1 ? [mean.length, 1, 1] : [];
  const centered = to.op('Sub', [floats, to.floats(shape, ...mean)]);
  return to.op('Div', [centered, to.floats(factor.length > 1 ? [factor.length, 1, 1] : [], ...factor)]);
}

describe('a network', () => {
  test('becomes integer operators with the channels innermost, and the preprocessing a table', () => {
    const it = net();
    const x = it.quantized(pictures(it, [127.5], [64], 1), 0.016, 128);
    const first = it.weights([4, 1, 3, 3], 0, scaleOf(x));
    const y = it.op('Conv', [x, first.weights, first.bias], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
    const q = it.quantized(y, 0.05, 0);
    const pooled = it.quantized(it.op('MaxPool', [q], { kernel_shape: [2, 2], strides: [2, 2] }), 0.05, 0);
    const flat = it.quantized(it.op('Flatten', [pooled]), 0.05, 0);
    const last = it.weights([3, 16], 0, scaleOf(flat), 3);
    const model = it.model(it.op('Gemm', [flat, last.weights, last.bias], { transB: 1 }));
    const { model: result, notes } = lowered(model);
    expect(notes).toEqual([]);
    const lines = printGraph(result.graph).split('\n');
    const nodes = lines.filter((line) => line.includes('trainyard.integer'));
    expect(nodes.map((line) => line.replace(/\) \{.*/, ')').trim())).toMatchInlineSnapshot(`
      [
        "%q6: int8[1, 4, 5, 1] = trainyard.integer.Pixels(%pixels, %pixels_table)",
        "%conv17: int8[1, 4, 5, 4] = trainyard.integer.Conv(%q6, %c10_packed, %c10_bias, %c10_rescale)",
        "%maxpool22: int8[1, 2, 2, 4] = trainyard.integer.MaxPool(%conv17)",
        "%gemm39: float32[1, 3] = trainyard.integer.GemmToFloat(%maxpool22, %c32_packed, %c32_bias, %c32_rescale)",
      ]
    `);
  });

  test('means and factors for each channel give a table for each', async () => {
    const it = net('int8');
    const x = it.quantized(pictures(it, [120, 110, 90], [60, 50, 70], 3), 0.02, 120);
    const { weights, bias } = it.weights([2, 3, 2, 2], 0, scaleOf(x));
    const y = it.op('Conv', [x, weights, bias], { kernel_shape: [2, 2] });
    const model = it.model(it.quantized(y, 0.1, 128));
    expect(operators(model)).toEqual(['Pixels', 'Conv', 'Dequantize']);
    const table = lowered(model).model.graph.initializers.find(({ name }) => name === 'pixels_table');
    expect(table?.data?.dims).toEqual([3, 256]);
    const random = new Random(2);
    const pixels = Uint8Array.from({ length: 60 }, () => random.int(0, 255));
    const { lowered: reference, run } = integerReference(model);
    const outputs = run({ pixels: tensorOf('uint8', [1, 4, 5, 3], pixels) });
    expect(outputs.get(reference.graph.outputs[0]!.name)!.data).toEqual(
      (await runExactly(model, [pixels]))[0],
    );
  });

  test('a mean picture is no table: pixels are prepared in floats', () => {
    const it = net();
    const pixels = new Value('pixels', { dtype: 'uint8', shape: [1, 1, 2, 2] });
    it.graph.inputs.push(pixels);
    const floats = it.op('Cast', [pixels], { to: 1 });
    const x = it.quantized(it.op('Sub', [floats, it.floats([1, 1, 2, 2], 1, 2, 3, 4)]), 1, 0);
    const y = it.op('Relu', [x]);
    expect(operators(it.model(y))).toEqual([
      'float Cast',
      'float Sub',
      'Quantize',
      'Dequantize',
      'float Relu',
    ]);
  });
});

describe('what has no integer form', () => {
  test('stays float between integers, with a note that says why', () => {
    const it = net();
    const x = it.input([1, 6]);
    const soft = it.quantized(it.op('Softmax', [x], { axis: 1 }), 1 / 255, 0);
    const model = it.model(soft);
    expect(operators(model)).toEqual(['Quantize', 'Dequantize', 'float Softmax', 'Quantize', 'Dequantize']);
    expect(lowered(model).notes).toEqual([
      { node: expect.stringMatching(/softmax.*\(Softmax\)/), why: 'no integer kernel for this operator' },
    ]);
  });

  test('weights that are not around zero, and sums that may not fit, are left to floats', () => {
    const refusal = (values: Int8Array, zero: number, bias: number) => {
      const it = net();
      const x = it.input([1, 1, 2, 2]);
      const scale = it.floats([], 0.01);
      const zeroPoint = it.constant(TensorData.from('int8', [], Int8Array.of(zero)));
      const weights = it.op('DequantizeLinear', [
        it.constant(TensorData.from('int8', [1, 1, 1, 1], values)),
        scale,
        zeroPoint,
      ]);
      const biases = it.op('DequantizeLinear', [
        it.constant(TensorData.from('int32', [1], Int32Array.of(bias))),
        it.floats([], 0.01 * scaleOf(x)),
      ]);
      const y = it.op('Conv', [x, weights, biases], { kernel_shape: [1, 1] });
      return lowered(it.model(it.quantized(y, 1))).notes[0]?.why;
    };
    expect(refusal(Int8Array.of(5), 0, 100)).toBeUndefined();
    expect(refusal(Int8Array.of(5), 3, 100)).toBe('its weights are not symmetric around zero');
    expect(refusal(Int8Array.of(5), 0, 2 ** 31 - 100)).toBe('its sums may not fit 32 bits');
  });

  test('a result that is read as floats too is computed in floats', () => {
    const it = net();
    const x = it.input([1, 4]);
    const y = it.op('Add', [x, it.input([1, 4])]);
    const model = it.model(it.op('Mul', [it.quantized(y, 0.05), y]));
    expect(lowered(model).notes.map(({ why }) => why)).toEqual(['its floats are read too']);
  });
});

describe('clamps', () => {
  test('a Relu in front of a QuantizeLinear is a bound of its integers, and no node', () => {
    const it = net();
    const x = it.input([1, 2, 3, 3]);
    const { weights, bias } = it.weights([2, 2, 1, 1], 0, scaleOf(x));
    const y = it.op('Relu', [it.op('Conv', [x, weights, bias], { kernel_shape: [1, 1] })]);
    const { graph } = lowered(it.model(it.quantized(y, 0.05, 60))).model;
    const conv = graph.nodes.find(({ opType }) => opType === 'Conv')!;
    expect(conv.attributes.get('lowest')).toEqual({ kind: 'int', value: 60 - 128 });
    expect(conv.attributes.get('highest')).toEqual({ kind: 'int', value: 127 });
    expect(graph.nodes.map(({ opType }) => opType)).not.toContain('Relu');
  });
});

describe('order in memory', () => {
  test('a transpose to channels last and back costs nothing', () => {
    const it = net();
    const x = it.input([1, 3, 4, 5]);
    const pooled = it.quantized(it.op('MaxPool', [x], { kernel_shape: [2, 2] }), scaleOf(x), zeroOf(x));
    const last = it.quantized(it.op('Transpose', [pooled], { perm: [0, 2, 3, 1] }), scaleOf(x), zeroOf(x));
    const first = it.quantized(it.op('Transpose', [last], { perm: [0, 3, 1, 2] }), scaleOf(x), zeroOf(x));
    const again = it.op('MaxPool', [first], { kernel_shape: [2, 2] });
    expect(operators(it.model(it.quantized(again, scaleOf(x), zeroOf(x))))).toEqual([
      'Quantize',
      'MaxPool',
      'MaxPool',
      'Dequantize',
    ]);
  });
});

describe('models whose inputs or outputs are integers', () => {
  test.each(['uint8', 'int8'] as const)('%s goes in and out as it is', async (dtype) => {
    const it = net(dtype);
    const x = new Value('x', { dtype, shape: [1, 2, 2, 3] });
    it.graph.inputs.push(x);
    const zero =
      dtype === 'uint8'
        ? TensorData.from('uint8', [], Uint8Array.of(130))
        : TensorData.from('int8', [], Int8Array.of(2));
    const step = [it.floats([], 0.1), it.constant(zero)];
    const numbers = it.op('DequantizeLinear', [x, ...step]);
    const pooled = it.op('AveragePool', [numbers], { kernel_shape: [1, 2] });
    const y = new Value('y', { dtype, shape: [1, 2, 2, 2] });
    it.graph.nodes.push(new Node('QuantizeLinear', [pooled, ...step], [y]));
    const model = it.model(y);
    const Bytes = dtype === 'uint8' ? Uint8Array : Int8Array;
    const bytes = Bytes.from([200, 3, 255, 0, 7, 128, 90, 91, 92, 130, 131, 133]);
    const { run } = integerReference(model);
    const result = run({ x: tensorOf(dtype, [1, 2, 2, 3], bytes as never) }).get('y')!;
    const at = (i: number) => {
      const [a, b] = [bytes[i]!, bytes[i + 1]!];
      const mean = (a + b) / 2;
      // Halves to even, with the zero point in the sum.
      return Number.isInteger(mean) ? mean : Math.floor(mean) + (Math.floor(mean) % 2 ? 1 : 0);
    };
    expect(result.dtype).toBe(dtype);
    expect(Array.from(result.data as Uint8Array)).toEqual([0, 1, 3, 4, 6, 7, 9, 10].map(at));
  });
});

test('a float model is left to the float kernels', () => {
  const graph = new Graph('float');
  const x = new Value('x', { dtype: 'float32', shape: [1] });
  const y = new Value('y', { dtype: 'float32' });
  graph.inputs.push(x);
  graph.nodes.push(new Node('Relu', [x], [y]));
  graph.outputs.push(y);
  expect(isQuantized(createModel(graph))).toBe(false);
});

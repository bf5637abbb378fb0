import {
  add,
  cast,
  type DType,
  interpret,
  matMul,
  mul,
  reshape,
  sum,
  type Tensor,
  tensorOf,
} from '@trainyard/autograd';
import { Buffer, type ForwardContext, Module, Parameter } from '@trainyard/trainer';
import { expect, test } from 'vitest';
import { exportOnnx } from './export-onnx.ts';

const values = (shape: number[], dtype: DType = 'float32', scale = 0.3): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.7 + 1) * scale);
  return tensorOf(dtype as 'float32', shape, data);
};

/** A network small enough to follow: scaling, one product, one bias. */
class Tiny extends Module {
  scale = new Buffer(tensorOf('float32', [], Float32Array.of(1 / 255)));
  weight = new Parameter(values([12, 3]));
  bias = new Parameter(values([3]));

  forward(x: Tensor, _context?: ForwardContext): Tensor {
    const flat = reshape(cast(x, 'float32'), [-1, 12]);
    return add(matMul(mul(flat, this.scale.value), this.weight.value), this.bias.value);
  }
}

const options = { input: { height: 2, width: 2, channels: 3 }, labels: ['a', 'b', 'c'] };

test('initializers are named after parameters and buffers, inputs and outputs after what they are', () => {
  const { graph } = exportOnnx(new Tiny(), options);
  expect(graph.initializers.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['scale', 'weight', 'bias']),
  );
  expect(graph.inputs.map(({ name, type }) => [name, type])).toEqual([
    ['pixels', { dtype: 'uint8', shape: ['batch', 2, 2, 3] }],
  ]);
  expect(graph.outputs.map(({ name, type }) => [name, type])).toEqual([
    ['logits', { dtype: 'float32', shape: ['batch', 3] }],
  ]);
});

test('the graph computes what the network computes', () => {
  const network = new Tiny();
  const pixels = tensorOf(
    'uint8',
    [4, 2, 2, 3],
    Uint8Array.from({ length: 48 }, (_, i) => (i * 37) % 256),
  );
  const { logits } = interpret(exportOnnx(network, options).graph, { pixels });
  expect(logits!.toArray()).toEqual(network.forward(pixels).toArray());
});

test('labels, lineage and other metadata are in the model, in a fixed order', () => {
  const metadata = (more: Record<string, string>) =>
    JSON.stringify([
      ...exportOnnx(new Tiny(), { ...options, lineage: { seed: 7 }, metadata: more }).metadata,
    ]);
  expect(metadata({ b: '2', a: '1' })).toBe(
    '[["a","1"],["b","2"],["labels","[\\"a\\",\\"b\\",\\"c\\"]"],["lineage","{\\"seed\\":7}"]]',
  );
  expect(metadata({ b: '2', a: '1' })).toBe(metadata({ a: '1', b: '2' }));
});

test('a fixed batch is one picture', () => {
  const { graph } = exportOnnx(new Tiny(), { ...options, dynamicBatch: false });
  expect(graph.inputs[0]!.type?.shape).toEqual([1, 2, 2, 3]);
});

test('labels that are not one a class are refused', () => {
  expect(() => exportOnnx(new Tiny(), { ...options, labels: ['a'] })).toThrow(
    'exportOnnx: expected 3 labels, one a class, got 1',
  );
});

test('a network that does not end in [batch, classes] is refused', () => {
  class Scalar extends Module {
    forward(x: Tensor): Tensor {
      return sum(cast(x, 'float32'));
    }
  }
  expect(() => exportOnnx(new Scalar(), options)).toThrow(/\[batch, classes\], got float32\[\]/);
});

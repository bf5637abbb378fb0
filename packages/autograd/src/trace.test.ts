import '@trainyard/testing';
import { printGraph } from '@trainyard/onnx-ir';
import { describe, expect, test } from 'vitest';
import {
  add,
  flatten,
  full,
  Generator,
  gelu,
  grad,
  hostTensor,
  interpret,
  matMul,
  mul,
  pow,
  relu,
  reshape,
  scope,
  sigmoid,
  softmax,
  sum,
  type Tensor,
  tensor,
  trace,
  zeros,
} from './index.ts';

const batch = { dtype: 'float32', shape: ['batch', 2] } as const;

describe('trace', () => {
  test('writes a function down as a graph, with names for what comes from outside', () => {
    const weight = tensor([2, 3]);
    const { graph } = trace(
      ({ x }) => ({ y: scope('act', () => relu(mul(x, weight))) }),
      { x: batch },
      {
        name: 'net',
        names: new Map([[weight, 'scale.weight']]),
      },
    );
    expect(printGraph(graph)).toMatchInlineSnapshot(`
      "net(%x: float32[batch, 2]) -> (%y) {
        %scale.weight: float32[2] = [2, 3]
        %act/Mul:out: float32[batch, 2] = Mul(%x, %scale.weight)
        %act/Relu:out: float32[batch, 2] = Relu(%act/Mul:out)
        %y: float32[batch, 2] = Identity(%act/Relu:out)
      }"
    `);
  });

  test('computes now what depends on no argument', () => {
    const { graph } = trace(({ x }) => ({ y: mul(x, softmax(tensor([1, 1]))) }), { x: batch });
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(['Mul', 'Identity']);
    expect(graph.initializers).toHaveLength(1);
  });

  test('lowers what ONNX lacks, unless it is told not to', () => {
    const types = (lower: boolean) =>
      trace(({ x }) => ({ y: gelu(x) }), { x: batch }, { lower }).graph.nodes.map(({ opType }) => opType);
    expect(types(false)).toEqual(['Gelu', 'Identity']);
    expect(types(true)).toEqual(['Mul', 'Erf', 'Add', 'Mul', 'Mul', 'Identity']);
  });

  test('a gradient is a part of the graph', () => {
    const { graph } = trace(({ x }) => ({ dx: grad((at: Tensor) => sum(sigmoid(at)))(x) }), {
      x: { dtype: 'float32', shape: [2] },
    });
    expect(printGraph(graph)).toMatchInlineSnapshot(`
      "traced(%x: float32[2]) -> (%dx) {
        %const: float32[] = 1
        %const_1: float32[2] = [1, 1]
        %Sigmoid:out: float32[2] = Sigmoid(%x)
        %ReduceSum:out: float32[] = ReduceSum(%Sigmoid:out) {keepdims = 0}
        %grad/Sub:out: float32[2] = Sub(%const, %Sigmoid:out)
        %grad/Mul:out: float32[2] = Mul(%Sigmoid:out, %grad/Sub:out)
        %grad/Mul_1:out: float32[2] = Mul(%const_1, %grad/Mul:out)
        %dx: float32[2] = Identity(%grad/Mul_1:out)
      }"
    `);
  });

  test('nodes of a gradient are named after the scopes of the calls that they come from', () => {
    const network = (w: Tensor, x: Tensor) => {
      const hidden = scope('block', () => {
        const product = scope('linear', () => matMul(x, w));
        return add(
          scope('act', () => relu(product)),
          x,
        );
      });
      return scope('loss', () => sum(mul(hidden, hidden)));
    };
    const { graph } = trace(({ w, x }) => ({ dw: scope('step', () => grad(network)(w, x)) }), {
      w: { dtype: 'float32', shape: [2, 2] },
      x: { dtype: 'float32', shape: [3, 2] },
    });
    expect(graph.nodes.map(({ name }) => name)).toMatchInlineSnapshot(`
      [
        "step/block/linear/MatMul",
        "step/block/act/Relu",
        "step/block/Add",
        "step/loss/Mul",
        "step/loss/ReduceSum",
        "step/loss/grad/Mul",
        "step/loss/grad/Mul_1",
        "step/loss/grad/Add",
        "step/block/act/grad/Greater",
        "step/block/act/grad/Cast",
        "step/block/act/grad/Mul",
        "step/block/linear/grad/Transpose",
        "step/block/linear/grad/MatMul",
        "step/block/linear/grad/Reshape",
        "dw/Identity",
      ]
    `);
  });

  test('a gradient of a gradient is inside of the gradient', () => {
    const cubed = (x: Tensor) => scope('cube', () => pow(x, 3));
    const { graph } = trace(({ x }) => ({ y: grad((at: Tensor) => sum(grad(cubed)(at)))(x) }), {
      x: { dtype: 'float32', shape: [] },
    });
    const scopes = graph.nodes.map(({ name }) => name.slice(0, Math.max(0, name.lastIndexOf('/'))));
    expect([...new Set(scopes)]).toEqual(['cube', 'cube/grad', '', 'cube/grad/grad', 'y']);
  });

  test('named dimensions stay where the function keeps them', () => {
    const shapeOf = (fn: (x: Tensor) => Tensor) =>
      trace(({ x }) => ({ y: fn(x) }), { x: { dtype: 'float32', shape: ['batch', 3, 4] } }).graph.outputs[0]
        .type?.shape;
    expect(shapeOf((x) => reshape(x, [0, -1]))).toEqual(['batch', 12]);
    expect(shapeOf((x) => reshape(x, [-1, 4]))).toEqual(['3*batch', 4]);
    expect(shapeOf((x) => flatten(x))).toEqual(['batch', 12]);
    expect(shapeOf((x) => sum(x, { axes: [1, 2] }))).toEqual(['batch']);
  });

  test('host tensors are inputs that the host computes', () => {
    let draws = 0;
    const { graph, hostInputs } = trace(
      ({ x }) => ({
        y: mul(
          x,
          hostTensor('mask', () => full([2], ++draws)),
        ),
      }),
      { x: { dtype: 'float32', shape: [2] } },
    );
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x', 'mask']);
    expect(hostInputs[0].produce().toArray()).toEqual([2, 2]);
  });

  test('says what to do when a traced tensor is read, or leaves its trace', () => {
    const read = () =>
      trace(({ x }) => ({ y: full([2], x.toArray()[0]) }), { x: { dtype: 'float32', shape: [2] } });
    expect(read).toThrow(
      'tensor.data: expected a tensor with data, got a traced float32[2]; its values are known only when the graph runs',
    );
    let leaked = zeros([1]);
    const leak = (x: Tensor) => {
      leaked = x;
      return { y: x };
    };
    trace(({ x }) => leak(x), { x: batch });
    expect(() => relu(leaked)).toThrow(
      'a traced tensor outside of its trace; return it from the traced function',
    );
  });
});

describe('interpret', () => {
  const net = ({ x }: { x: Tensor }) => ({ y: softmax(gelu(mul(x, tensor([0.5, -2])))) });
  const x = new Generator(1).normal([3, 2]);

  test('gives what the traced function gave, lowered or not', () => {
    for (const lower of [true, false]) {
      const { graph } = trace(net, { x: batch }, { lower });
      expect(interpret(graph, { x }).y).toBeAllClose(net({ x }).y);
    }
  });

  test('can be traced again, and differentiated', () => {
    const { graph } = trace(net, { x: batch }, { lower: false });
    const again = trace((inputs) => interpret(graph, inputs), { x: batch });
    expect(interpret(again.graph, { x }).y).toBeAllClose(net({ x }).y);
    const slope = grad((at: Tensor) => sum(mul(interpret(graph, { x: at }).y, x)))(x);
    expect(slope).toBeAllClose(grad((at: Tensor) => sum(mul(net({ x: at }).y, x)))(x));
  });

  test('keeps names that look like made ones apart', () => {
    const [first, second] = [tensor([1, 2]), tensor([3, 4])];
    const names = new Map([
      [first, 'const_1'],
      [second, 'const'],
    ]);
    const fn = (inputs: Readonly<Record<string, Tensor>>) => ({
      y: mul(add(mul(inputs.x, first), tensor([5, 6])), mul(second, mul(inputs.x, tensor([7, 8])))),
    });
    const { graph } = trace(fn, { x: batch }, { names });
    const taken = [...graph.values()].map(({ name }) => name);
    expect(taken).toContain('const_1');
    expect(new Set(taken).size).toBe(taken.length);
  });

  test('names the node whose operator it does not know, and the input that is missing', () => {
    const { graph } = trace(net, { x: batch });
    expect(() => interpret(graph, {})).toThrow('interpret: expected an input "x"');
    graph.nodes[0].opType = 'Einsum';
    expect(() => interpret(graph, { x })).toThrow('node "Mul": expected an operator we know, got :Einsum');
  });
});

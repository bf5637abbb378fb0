import { createModel, Graph, Node, TensorData, Value, writeModel } from '@trainyard/onnx-ir';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { toFloat16 } from './float16.ts';
import { toHalf } from './half.ts';
import { NetBuilder, noise, operators, pictures, run, smallResNet } from './helpers.cases.ts';

const halves = (xs: number[]) => toHalf(TensorData.from('float32', [xs.length], Float32Array.from(xs)));

describe('toHalf', () => {
  test('rounds half to even, through the subnormals', () => {
    // 2^-24 is the least subnormal; half of it goes to the even neighbour, 0.
    const { data } = halves([1, -2, 65504, 2 ** -14, 2 ** -24, 2 ** -25, 3 * 2 ** -25, 2049, 2051]);
    expect([...data.view('float16')]).toEqual([
      0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x0000, 0x0002, 0x6800, 0x6802,
    ]);
  });

  test('counts what is lost', () => {
    expect(halves([0, 1, 1e5, -7e4, 1e-9, 1e-6, Infinity])).toMatchObject({
      overflowed: 2,
      vanished: 1,
      subnormal: 1,
      nonzero: 6,
    });
  });
});

describe('toFloat16', () => {
  const feeds = { pictures: pictures(8, 3) };

  test('a residual network stays within a hundredth, input and output types too', async () => {
    const net = smallResNet();
    const { model, report } = toFloat16(net);
    const expected = await run(net, feeds);
    const got = await run(model, feeds);
    const greatest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    got.forEach((x, i) => {
      expect(Math.abs(x - expected[i]!)).toBeLessThan(0.01 * greatest);
    });
    expect(model.graph.outputs.map(({ name, type }) => [name, type?.dtype])).toEqual([
      ['classifier_out', 'float32'],
    ]);
    expect(model.graph.initializers.every(({ data }) => data!.dtype === 'float16')).toBe(true);
    // Pixels become float16 at once; one more cast makes the output float32.
    expect(operators(model).Cast).toBe(2);
    expect(report.filter(({ converted }) => !converted).map(({ opType }) => opType)).toEqual(['Transpose']);
  });

  const floatNet = () => {
    const net = new NetBuilder();
    const x = net.input('x', 'float32', [2, 4]);
    return { net, x };
  };
  const feed = { x: new ort.Tensor('float32', noise(8, 4), [2, 4]) };

  test('without keepIo inputs and outputs are float16', () => {
    const { net, x } = floatNet();
    const { model } = toFloat16(net.model(net.op('Relu', [x])), { keepIo: false });
    expect(operators(model)).toEqual({ Relu: 1 });
    expect([...model.graph.inputs, ...model.graph.outputs].map(({ type }) => type?.dtype)).toEqual([
      'float16',
      'float16',
    ]);
  });

  test('a node whose constants do not fit stays float32', async () => {
    const { net, x } = floatNet();
    const big = net.op('Mul', [x, net.constant([], Float32Array.of(1e6))], {}, 'big');
    const back = net.op('Div', [big, net.constant([], Float32Array.of(1e6))], {}, 'back');
    const tiny = net.op('Add', [back, net.constant([], Float32Array.of(1e-12))], {}, 'tiny');
    const source = net.model(net.op('MatMul', [tiny, net.weights([4, 3])], {}, 'product'));
    const { model, report } = toFloat16(source);
    expect(report.map(({ node, converted, note }) => [node, converted, note])).toEqual([
      ['big', false, '1 numbers of "c0" are beyond 65504'],
      ['back', false, '1 numbers of "c1" are beyond 65504'],
      ['tiny', false, 'all of "c2" would become 0'],
      ['product', true, 'float16'],
    ]);
    const [expected, got] = [await run(source, feed), await run(model, feed)];
    got.forEach((x, i) => {
      expect(Math.abs(x - expected[i]!)).toBeLessThan(0.01);
    });
  });

  test('excluded nodes and operators without float16 stay float32 between casts', async () => {
    const { net, x } = floatNet();
    const a = net.op('MatMul', [x, net.weights([4, 4])], {}, 'a');
    const b = net.op('Sigmoid', [a], {}, 'b');
    const source = net.model(net.op('MatMul', [b, net.weights([4, 4])], {}, 'c'), b);
    const { model, report } = toFloat16(source, { exclude: ['Sigmoid'] });
    expect(report.map(({ converted }) => converted)).toEqual([true, false, true]);
    // In, behind a, behind b, out.
    expect(operators(model)).toEqual({ Cast: 4, MatMul: 2, Sigmoid: 1 });
    expect(model.graph.outputs[1]!.name).toBe('b_out');
    const [expected, got] = [await run(source, feed), await run(model, feed)];
    got.forEach((x, i) => {
      expect(Math.abs(x - expected[i]!)).toBeLessThan(0.01);
    });
  });

  test('values that a sub-graph reads from outside are float32 there', async () => {
    const branch = (name: string, from: Value, opType: string) => {
      const graph = new Graph(name);
      const output = new Value(`${name}_out`, { dtype: 'float32', shape: [2, 4] });
      graph.nodes.push(new Node(opType, [from], [output]));
      graph.outputs.push(output);
      return graph;
    };
    const { net, x } = floatNet();
    const hidden = net.op('Relu', [x]);
    const condition = net.graph.addInitializer('yes', TensorData.from('bool', [], Uint8Array.of(1)));
    const output = new Value('chosen', { dtype: 'float32', shape: [2, 4] });
    net.graph.nodes.push(
      new Node('If', [condition], [output], {
        attributes: new Map([
          ['then_branch', { kind: 'graph', value: branch('then', hidden, 'Neg') }],
          ['else_branch', { kind: 'graph', value: branch('else', hidden, 'Abs') }],
        ]),
      }),
    );
    net.graph.outputs.push(output);
    const source = createModel(net.graph);
    const { model } = toFloat16(source);
    const [expected, got] = [await run(source, feed), await run(model, feed)];
    got.forEach((x, i) => {
      expect(Math.abs(x - expected[i]!)).toBeLessThan(0.001);
    });
  });

  test('leaves the model as it is', () => {
    const net = smallResNet();
    const before = writeModel(net);
    toFloat16(net);
    expect(Buffer.compare(writeModel(net), before)).toBe(0);
  });
});

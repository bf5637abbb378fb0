import { Graph, type Model, Node, TensorData, Value } from '@trainyard/onnx-ir';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { calibrate } from './calibrate.ts';
import { NetBuilder, noise, operators, run, signalToNoise } from './helpers.cases.ts';
import type { StaticOptions } from './options.ts';
import { quantizeStatic } from './static.ts';

const shape = [2, 3, 6, 6];
const feeds = { x: new ort.Tensor('float32', noise(216, 9), shape) };

function start() {
  const net = new NetBuilder();
  const x = net.input('x', 'float32', ['n', 3, 6, 6]);
  const conv = (from: Value, outputs = 3, name?: string) =>
    net.op(
      'Conv',
      [from, net.weights([outputs, 3, 3, 3], 0.4), net.weights([outputs])],
      { pads: [1, 1, 1, 1] },
      name,
    );
  return { net, x, conv };
}

async function quantized(model: Model, options: StaticOptions = {}) {
  const ranges = await calibrate(model, [feeds], { ort });
  const result = quantizeStatic(model, ranges, options);
  const noise = signalToNoise(await run(model, feeds), await run(result.model, feeds));
  const notes = Object.fromEntries(result.report.map(({ node, note }) => [node, note]));
  return { ...result, noise, notes };
}

describe('ReLU', () => {
  test('stays between integers where others read its input too', async () => {
    const { net, x, conv } = start();
    const a = conv(x);
    const relu = net.op('Relu', [a], {}, 'relu');
    const { notes, noise } = await quantized(net.model(net.op('Add', [a, conv(relu)])));
    expect(notes.relu).toBe('float between integers');
    expect(noise).toBeGreaterThan(30);
  });

  test('stays where its input is an output of the model, whose numbers keep their sign', async () => {
    const { net, x, conv } = start();
    const a = conv(x, 3, 'a');
    const relu = net.op('Relu', [a], {}, 'relu');
    const { model, notes, noise } = await quantized(net.model(a, conv(relu)));
    expect(notes.relu).toBe('float between integers');
    expect(model.graph.outputs[0]!.name).toBe('a_out');
    expect(Math.min(...(await run(model, feeds)))).toBeLessThan(0);
    expect(noise).toBeGreaterThan(30);
  });

  test('is folded where it is the output of the model, which keeps its name', async () => {
    const { net, x, conv } = start();
    const { model, noise } = await quantized(net.model(net.op('Relu', [conv(x)], {}, 'last')));
    expect(model.graph.outputs.map(({ name }) => name)).toEqual(['last_out']);
    expect(operators(model).Relu).toBeUndefined();
    expect(noise).toBeGreaterThan(30);
  });

  test('stays where activations are symmetric or it is excluded', async () => {
    for (const options of [
      { activations: 'int8', symmetric: true },
      { exclude: ['Relu'] },
    ] as StaticOptions[]) {
      const { net, x, conv } = start();
      const { model, noise } = await quantized(net.model(conv(net.op('Relu', [conv(x)]))), options);
      expect(operators(model).Relu).toBe(1);
      expect(noise).toBeGreaterThan(25);
    }
  });
});

test('a Clip whose bounds are Constant nodes of one number is folded like one with initializers', async () => {
  const { net, x, conv } = start();
  const bound = (value: number, name: string) => {
    const output = new Value(name, { dtype: 'float32', shape: [] });
    const attributes = new Map([['value_float', { kind: 'float', value } as const]]);
    net.graph.nodes.push(new Node('Constant', [], [output], { name, attributes }));
    return output;
  };
  const clip = net.op('Clip', [conv(x), bound(0, 'low'), bound(0.5, 'high')], {}, 'clip');
  const { notes, noise } = await quantized(net.model(conv(clip)));
  expect(notes.clip).toMatch(/^folded into the range of/);
  expect(noise).toBeGreaterThan(30);
});

test('a Clip with a bound that no number reaches is folded, as saturation comes first', async () => {
  const { net, x, conv } = start();
  const bound = (value: number) => net.constant([], Float32Array.of(value));
  const clip = net.op('Clip', [conv(x), bound(-100), bound(0.5)], {}, 'clip');
  const { notes, noise } = await quantized(net.model(conv(clip)));
  expect(notes.clip).toMatch(/^folded into the range of/);
  expect(noise).toBeGreaterThan(30);
});

test('an activation of nothing but zeros comes out as zeros', async () => {
  const { net, x, conv } = start();
  const zeros = net.op('Relu', [
    net.op('Conv', [x, net.weights([3, 3, 1, 1]), net.constant([3], Float32Array.of(-99, -99, -99))]),
  ]);
  const model = net.model(
    net.op('Relu', [net.op('MaxPool', [zeros], { kernel_shape: [2, 2] })]),
    conv(zeros),
  );
  const { model: integers } = await quantized(model);
  expect([...(await run(integers, feeds))].every((value) => value === 0)).toBe(true);
});

test('weights of zeros and a bias far above its weights come out right', async () => {
  const { net, x } = start();
  const weights = new Float32Array(2 * 3);
  weights.fill(1e-9, 3);
  const model = net.model(
    net.op('Conv', [x, net.constant([2, 3, 1, 1], weights), net.constant([2], Float32Array.of(5, -70_000))]),
  );
  expect((await quantized(model)).noise).toBeGreaterThan(40);
});

test('two nodes may share weights', async () => {
  const { net, x } = start();
  const weights = net.weights([3, 3, 1, 1]);
  const model = net.model(net.op('Conv', [net.op('Conv', [x, weights]), weights]));
  const { model: integers, noise } = await quantized(model);
  expect(noise).toBeGreaterThan(30);
  expect(integers.graph.initializers).not.toContain(weights);
});

test('weights in Constant nodes are quantized too', async () => {
  const { net, x } = start();
  const weights = new Value('w', { dtype: 'float32', shape: [3, 3, 1, 1] });
  const value = TensorData.from('float32', [3, 3, 1, 1], noise(9, 2));
  net.graph.nodes.push(
    new Node('Constant', [], [weights], { attributes: new Map([['value', { kind: 'tensor', value }]]) }),
  );
  const { model, noise: decibels } = await quantized(net.model(net.op('Conv', [x, weights])));
  expect(operators(model).Constant).toBeUndefined();
  expect(decibels).toBeGreaterThan(30);
});

test('a sub-graph reads the rounded value from outside', async () => {
  const { net, x, conv } = start();
  const a = conv(x);
  const condition = net.graph.addInitializer('yes', TensorData.from('bool', [], Uint8Array.of(1)));
  const branch = (name: string, opType: string) => {
    const graph = new Graph(name);
    graph.outputs.push(new Value(`${name}_out`, { dtype: 'float32' }));
    graph.nodes.push(new Node(opType, [a], [graph.outputs[0]]));
    return { kind: 'graph', value: graph } as const;
  };
  const chosen = new Value('chosen');
  const attributes = new Map([
    ['then_branch', branch('then', 'Neg')],
    ['else_branch', branch('else', 'Abs')],
  ]);
  net.graph.nodes.push(new Node('If', [condition], [chosen], { attributes }));
  expect((await quantized(net.model(chosen, conv(a)))).noise).toBeGreaterThan(30);
});

test('operators it does not know stay float, and what follows them is quantized again', async () => {
  const { net, x, conv } = start();
  const softened = net.op('Softplus', [conv(x)], {}, 'softplus');
  const { notes, model, noise } = await quantized(net.model(conv(softened)));
  expect(notes.softplus).toBe('no integer form known');
  expect(operators(model)).toMatchObject({ Softplus: 1, QuantizeLinear: 4 });
  expect(noise).toBeGreaterThan(30);
});

test('a value that calibration did not see leaves its nodes float', () => {
  const { net, x, conv } = start();
  const model = net.model(conv(x, 3, 'only'));
  const { report } = quantizeStatic(model, new Map([['x', { min: 0, max: 1 }]]));
  expect(report[0]!.note).toBe('calibration has no range for "only_out"');
});

test('a ReduceMean over all of height and width is the global pooling it is, any other stays', async () => {
  const axes = (...numbers: bigint[]) =>
    TensorData.from('int64', [numbers.length], BigInt64Array.from(numbers));
  const { net, x, conv } = start();
  const mean = (from: Value, name: string, ...numbers: bigint[]) => {
    from.type = { dtype: 'float32', shape: ['n', 3, 6, 6] };
    return net.op('ReduceMean', [from, net.graph.addInitializer(`${name}_axes`, axes(...numbers))], {}, name);
  };
  const last = mean(conv(x), 'all', -1n, 2n);
  const { model, notes, noise } = await quantized(net.model(last, mean(conv(x), 'rows', 2n)));
  expect(operators(model)).toMatchObject({ GlobalAveragePool: 1, ReduceMean: 1 });
  expect(notes).toMatchObject({ all: 'integer inputs and output', rows: 'no integer form known' });
  expect(model.graph.nodes.find(({ opType }) => opType === 'GlobalAveragePool')!.inputs).toHaveLength(1);
  expect(noise).toBeGreaterThan(30);
});

test('an old opset is refused', () => {
  const { net, x, conv } = start();
  const model = net.model(conv(x));
  model.opsetImports.set('', 12);
  expect(() => quantizeStatic(model, new Map())).toThrow(
    /expected a model of opset 13 or newer, got opset 12/,
  );
});

import { type Value, writeModel } from '@trainyard/onnx-ir';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { type DynamicOptions, quantizeDynamic } from './dynamic.ts';
import { NetBuilder, noise, operators, pictures, run, signalToNoise, smallResNet } from './helpers.cases.ts';

const feeds = { pictures: pictures(16, 3) };
const recipes: [string, DynamicOptions][] = [
  ['int8 per channel', {}],
  ['int8', { perChannel: false }],
  ['uint8', { weights: 'uint8' }],
  ['int8 in 7 bits', { reduceRange: true }],
];

describe('quantizeDynamic', () => {
  test.for(recipes)('%s: a residual network is close to float', async ([, options]) => {
    const net = smallResNet();
    const { model } = quantizeDynamic(net, options);
    expect(signalToNoise(await run(net, feeds), await run(model, feeds))).toBeGreaterThan(30);
    expect(operators(model)).toMatchObject({ ConvInteger: 3, MatMulInteger: 1, DynamicQuantizeLinear: 4 });
    for (const { opType } of model.graph.nodes) expect(['Conv', 'Gemm']).not.toContain(opType);
  });

  type Build = (net: NetBuilder, x: Value) => Value;
  const builds: Record<string, Build> = {
    'Conv with padding, stride and groups': (net, x) =>
      net.op('Conv', [x, net.weights([6, 2, 3, 3]), net.weights([6])], {
        group: 2,
        strides: [2, 2],
        pads: [1, 1, 1, 1],
      }),
    'Conv without bias': (net, x) =>
      net.op('Conv', [x, net.weights([2, 4, 3, 3])], { auto_pad: 'SAME_UPPER' }),
    Gemm: (net, x) => net.op('Gemm', [net.op('Flatten', [x]), net.weights([144, 5]), net.weights([1, 5])]),
    'Gemm, transposed': (net, x) =>
      net.op('Gemm', [net.op('Flatten', [x]), net.weights([5, 144])], { transB: 1 }),
    'MatMul of rank 4': (net, x) => net.op('MatMul', [x, net.weights([6, 3])]),
    'MatMul with weights of rank 4': (net, x) => net.op('MatMul', [x, net.weights([1, 4, 6, 3])]),
  };
  test.for(Object.entries(builds))('%s', async ([, build]) => {
    for (const options of [{}, { weights: 'uint8' as const }]) {
      const net = new NetBuilder();
      const x = net.input('x', 'float32', ['n', 4, 6, 6]);
      const model = net.model(build(net, x));
      const feed = { x: new ort.Tensor('float32', noise(3 * 144, 4), [3, 4, 6, 6]) };
      const converted = quantizeDynamic(model, options).model;
      expect(signalToNoise(await run(model, feed), await run(converted, feed))).toBeGreaterThan(34);
    }
  });

  test('inputs that two nodes share are quantized once', () => {
    const net = new NetBuilder();
    const x = net.input('x', 'float32', ['n', 4]);
    const a = net.op('MatMul', [x, net.weights([4, 3])]);
    const b = net.op('MatMul', [x, net.weights([4, 3])]);
    expect(operators(quantizeDynamic(net.model(a, b)).model).DynamicQuantizeLinear).toBe(1);
  });

  test('what it cannot convert stays, with a reason; the model stays as it is', () => {
    const net = new NetBuilder();
    const x = net.input('x', 'float32', [4, 4]);
    const product = net.op('MatMul', [x, x], {}, 'square');
    const model = net.model(net.op('Gemm', [product, net.weights([4, 3])], { transA: 1 }, 'turned'));
    const before = writeModel(model);
    const { model: converted, report } = quantizeDynamic(model);
    expect(report).toEqual([
      { node: 'square', opType: 'MatMul', converted: false, note: 'its weights are not constant float32' },
      { node: 'turned', opType: 'Gemm', converted: false, note: 'transA is set' },
    ]);
    expect(Buffer.compare(writeModel(converted), before)).toBe(0);
    expect(Buffer.compare(writeModel(model), before)).toBe(0);
  });

  test('an old opset is refused', () => {
    const model = smallResNet();
    model.opsetImports.set('', 10);
    expect(() => quantizeDynamic(model)).toThrow(/expected a model of opset 11 or newer, got opset 10/);
  });
});

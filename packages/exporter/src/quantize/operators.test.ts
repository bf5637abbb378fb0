import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Value } from '@trainyard/onnx-ir';
import { exactIntegers } from '@trainyard/runtime-common';
import * as ort from 'onnxruntime-node';
import { afterAll, describe, expect, test } from 'vitest';
import { calibrate } from './calibrate.ts';
import { NetBuilder, noise, optimizedOperators, run, signalToNoise } from './helpers.cases.ts';
import { quantizeStatic } from './static.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-operators-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Case {
  /** What comes behind a convolution with 8 channels of 6×6. */
  readonly build: (net: NetBuilder, x: Value) => Value;
  /** What ONNX Runtime must run, beside the first QLinearConv. */
  readonly runs: Record<string, number>;
}

const conv = (net: NetBuilder, x: Value, attributes = {}, dims = [8, 8, 3, 3]) =>
  net.op('Conv', [x, net.weights(dims, 0.3), net.weights([dims[0]!])], { pads: [1, 1, 1, 1], ...attributes });
const rows = (net: NetBuilder, x: Value) => net.op('Flatten', [net.op('GlobalAveragePool', [x])]);

const cases: Record<string, Case> = {
  Conv: { build: conv, runs: { QLinearConv: 2 } },
  'Conv without bias': {
    build: (net, x) => net.op('Conv', [x, net.weights([4, 8, 1, 1])]),
    runs: { QLinearConv: 2 },
  },
  'Conv, depthwise and strided': {
    build: (net, x) => conv(net, x, { group: 8, strides: [2, 2] }, [8, 1, 3, 3]),
    runs: { QLinearConv: 2 },
  },
  'Conv and Relu': { build: (net, x) => net.op('Relu', [conv(net, x)]), runs: { QLinearConv: 2 } },
  'Conv and Clip': {
    build: (net, x) => {
      const bound = (x: number) => net.constant([], Float32Array.of(x));
      return net.op('Clip', [conv(net, x), bound(0), bound(0.5)]);
    },
    runs: { QLinearConv: 2 },
  },
  'Conv, MaxPool and Relu': {
    build: (net, x) => net.op('Relu', [net.op('MaxPool', [conv(net, x)], { kernel_shape: [2, 2] })]),
    runs: { QLinearConv: 2, NhwcMaxPool: 1 },
  },
  ConvTranspose: {
    build: (net, x) =>
      net.op('ConvTranspose', [x, net.weights([8, 4, 2, 2]), net.weights([4])], { strides: [2, 2] }),
    runs: { ConvTranspose: 1 },
  },
  Gemm: {
    build: (net, x) => net.op('Gemm', [rows(net, x), net.weights([8, 5]), net.weights([5])]),
    runs: { QGemm: 1 },
  },
  'two Gemm and Relu': {
    build: (net, x) => {
      const hidden = net.op('Gemm', [rows(net, x), net.weights([6, 8]), net.weights([6])], { transB: 1 });
      return net.op('Gemm', [net.op('Relu', [hidden]), net.weights([6, 5])]);
    },
    runs: { QGemm: 2 },
  },
  MatMul: {
    build: (net, x) => net.op('MatMul', [rows(net, x), net.weights([8, 5])]),
    runs: { MatMulIntegerToFloat: 1 },
  },
  MaxPool: {
    build: (net, x) => net.op('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2] }),
    runs: { NhwcMaxPool: 1 },
  },
  AveragePool: {
    build: (net, x) => net.op('AveragePool', [x], { kernel_shape: [2, 2], strides: [2, 2] }),
    runs: { QLinearAveragePool: 1 },
  },
  GlobalAveragePool: {
    build: (net, x) => net.op('GlobalAveragePool', [x]),
    runs: { QLinearGlobalAveragePool: 1 },
  },
  Add: { build: (net, x) => net.op('Add', [x, conv(net, x)]), runs: { QLinearConv: 2, QLinearAdd: 1 } },
  'Add of a constant': {
    build: (net, x) => net.op('Add', [x, net.weights([8, 1, 1])]),
    runs: { QLinearAdd: 1 },
  },
  Mul: {
    build: (net, x) => net.op('Mul', [x, net.op('Sigmoid', [x])]),
    runs: { QLinearMul: 1, QLinearSigmoid: 1 },
  },
  LeakyRelu: { build: (net, x) => net.op('LeakyRelu', [x]), runs: { QLinearLeakyRelu: 1 } },
  Concat: {
    build: (net, x) => net.op('Concat', [x, conv(net, x)], { axis: 1 }),
    runs: { QLinearConv: 2, QLinearConcat: 1 },
  },
  'Transpose and Reshape': {
    build: (net, x) => net.op('Flatten', [net.op('Transpose', [x], { perm: [0, 2, 3, 1] })]),
    runs: { QLinearConv: 1 },
  },
};

describe.each(['uint8', 'int8'] as const)('activations as %s', (activations) => {
  test.for(Object.entries(cases))('%s', async ([, { build, runs }]) => {
    const net = new NetBuilder();
    const first = conv(net, net.input('x', 'float32', ['n', 3, 6, 6]), {}, [8, 3, 3, 3]);
    const model = net.model(build(net, first));
    const feeds = { x: new ort.Tensor('float32', noise(4 * 3 * 36, 9), [4, 3, 6, 6]) };
    const ranges = await calibrate(model, [feeds], { ort });
    const quantized = quantizeStatic(model, ranges, { activations }).model;
    const expected = await run(model, feeds);
    // Activations of int8 have no kernel for weights that are made uint8.
    const exact = activations === 'uint8' ? exactIntegers.session : {};
    const fused = await run(quantized, feeds, { extra: { session: { ...exact, qdqisint8allowed: '1' } } });
    const plain = await run(quantized, feeds, { graphOptimizationLevel: 'disabled' });
    expect(signalToNoise(expected, plain)).toBeGreaterThan(28);

    const output = quantized.graph.outputs[0]!.producer!;
    const isInteger = output.opType === 'DequantizeLinear';
    const step = isInteger ? output.inputs[1]!.data!.view('float32')[0]! : 0;
    const greatest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    fused.forEach((x, i) => {
      expect(Math.abs(x - plain[i]!)).toBeLessThanOrEqual(isInteger ? step * 1.001 : greatest * 0.01);
    });
    if (activations === 'uint8') {
      const counts = await optimizedOperators(quantized, folder);
      expect(counts).toMatchObject({ QLinearConv: 1, ...runs });
      for (const opType of Object.keys(counts))
        expect(['Conv', 'Relu', 'Clip', 'Gemm']).not.toContain(opType);
    }
  });
});

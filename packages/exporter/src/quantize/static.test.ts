import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cloneModel, writeModel } from '@trainyard/onnx-ir';
import * as ort from 'onnxruntime-node';
import { afterAll, describe, expect, test } from 'vitest';
import { calibrate } from './calibrate.ts';
import { operators, optimizedOperators, pictures, run, signalToNoise, smallResNet } from './helpers.cases.ts';
import type { StaticOptions } from './options.ts';
import { quantizeStatic } from './static.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-quantize-'));
afterAll(() => rmSync(folder, { recursive: true }));

const batches = [{ pictures: pictures(8, 1) }, { pictures: pictures(8, 2) }];
const feeds = { pictures: pictures(16, 3) };
const net = smallResNet();
const ranges = await calibrate(net, batches, { ort });
const quantized = (options: StaticOptions = {}) => quantizeStatic(net, ranges, options);

describe('a residual network', () => {
  const recipes: [string, StaticOptions][] = [
    ['U8S8', {}],
    ['U8S8, one scale for all channels', { perChannel: false }],
    ['U8S8 with 7-bit weights', { reduceRange: true }],
    ['U8S8, symmetric', { symmetric: true }],
    ['S8S8', { activations: 'int8' }],
    ['S8S8, symmetric', { activations: 'int8', symmetric: true }],
    ['U8S8, first and last float', { keepFirst: true, keepLast: true }],
  ];
  test.for(recipes)('%s is close to float', async ([, options]) => {
    const { model } = quantized(options);
    const expected = await run(net, feeds);
    expect(signalToNoise(expected, await run(model, feeds))).toBeGreaterThan(25);
  });

  test('runs on integers from the first convolution to the classifier', async () => {
    const { model } = quantized();
    expect(await optimizedOperators(model, folder)).toEqual({
      Cast: 1,
      Sub: 1,
      Div: 1,
      Transpose: expect.any(Number),
      QuantizeLinear: 1,
      QLinearConv: 3,
      NhwcMaxPool: 1,
      QLinearAdd: 1,
      QLinearGlobalAveragePool: 1,
      Flatten: 1,
      QGemm: 1,
    });
  });
  test('S8S8 runs on integers where the session allows int8', async () => {
    const { model } = quantized({ activations: 'int8' });
    const session = { extra: { session: { qdqisint8allowed: '1' } } };
    const counts = await optimizedOperators(model, folder, session);
    expect(counts).toMatchObject({ QLinearConv: 3, QLinearAdd: 1, QLinearGlobalAveragePool: 1, QGemm: 1 });
    expect(counts.Conv).toBeUndefined();
  });

  test('with and without the fusions of ONNX Runtime the logits differ by less than two steps', async () => {
    const { model } = quantized();
    const fused = await run(model, feeds);
    const plain = await run(model, feeds, { graphOptimizationLevel: 'disabled' });
    const [low, high] = [Math.min(...plain), Math.max(...plain)];
    fused.forEach((x, i) => {
      expect(Math.abs(x - plain[i]!)).toBeLessThan((2 * (high - low)) / 255);
    });
  });

  test('the pictures are prepared in float', () => {
    const { report } = quantized();
    const notes = Object.fromEntries(report.map(({ node, note }) => [node, note]));
    expect(report.filter(({ converted }) => !converted).map(({ opType }) => opType)).toEqual([
      'Transpose',
      'Cast',
      'Sub',
      'Div',
    ]);
    expect(notes.first_relu).toBe('folded into the range of "first"');
    expect(notes.pool).toBe("in its input's scale");
    expect(notes.classifier).toBe('integer input, weights');
  });

  test('excluded nodes stay float, and the report says why', () => {
    const { model, report } = quantized({ keepFirst: true, keepLast: true, exclude: ['inner'] });
    const weighted = report.filter(({ opType }) => opType === 'Conv' || opType === 'Gemm');
    expect(weighted.map(({ node, converted, note }) => [node, converted, note])).toEqual([
      ['first', false, 'excluded: the first node with weights'],
      ['inner', false, 'excluded'],
      ['outer', true, 'integer input, weights, output'],
      ['classifier', false, 'excluded: the last node with weights'],
    ]);
    expect(operators(model).DequantizeLinear).toBeLessThan(operators(quantized().model).DequantizeLinear!);
  });

  test('a bias has no zero point', () => {
    const biases = quantized().model.graph.nodes.filter(({ inputs }) => inputs[0]?.data?.dtype === 'int32');
    expect(biases).toHaveLength(4);
    for (const { inputs } of biases) expect(inputs).toHaveLength(2);
  });

  test('leaves the model as it is', () => {
    const before = writeModel(cloneModel(net));
    quantized();
    expect(Buffer.compare(writeModel(net), before)).toBe(0);
  });
});

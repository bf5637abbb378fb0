import { checkModel } from '@trainyard/onnx-ir';
import * as ort from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { maxDifference } from '../foreign-models.cases.ts';
import { pictures, run, smallResNet } from '../quantize/helpers.cases.ts';
import { calibrate, quantizeDynamic, quantizeStatic, toFloat16 } from '../quantize/index.ts';
import { optimize } from './optimize.ts';

const net = smallResNet();
const batches = [{ pictures: pictures(4, 1) }];

it.each([
  ['QDQ', async () => quantizeStatic(net, await calibrate(net, batches, { ort })).model],
  ['dynamically quantized', async () => quantizeDynamic(net).model],
  ['float16', async () => toFloat16(net).model],
])('%s models keep their operators and their outputs', async (_, convert) => {
  const model = await convert();
  const count = (of: typeof model) =>
    of.graph.nodes.filter(({ opType }) => /Quantize|Integer/.test(opType)).length;
  const { model: optimized } = optimize(model);
  checkModel(optimized);
  // A quantizer that two layers share is one afterwards, and none is folded away.
  expect(count(optimized)).toBeLessThanOrEqual(count(model));
  expect(count(optimized) > 0).toBe(count(model) > 0);
  const feeds = { pictures: pictures(3, 2) };
  // Zero points that were made one are more than ONNX Runtime can convert: both run without exact integers.
  const extra = {};
  const [after, before] = [await run(optimized, feeds, { extra }), await run(model, feeds, { extra })];
  expect(maxDifference(after, before)).toBeLessThan(1e-5);
});

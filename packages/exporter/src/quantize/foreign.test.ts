import { writeModel } from '@trainyard/onnx-ir';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { foreignModels, hasForeignModels, readForeignModel } from '../foreign-models.cases.ts';
import { calibrate } from './calibrate.ts';
import { quantizeDynamic } from './dynamic.ts';
import { toFloat16 } from './float16.ts';
import { run, signalToNoise } from './helpers.cases.ts';
import { quantizeStatic } from './static.ts';

function read(name: string) {
  const { model, byteLength, input, inputShape } = readForeignModel(name);
  return { model, byteLength, feeds: { [model.graph.inputs[0]!.name]: new ort.Tensor(input, inputShape) } };
}

describe.skipIf(!hasForeignModels)("another framework's models (../shared/foreign-models)", () => {
  test.for(foreignModels)('%s: every conversion is close to float', async (name) => {
    const { model, feeds } = read(name);
    const expected = await run(model, feeds);
    const ranges = await calibrate(model, [feeds], { ort });
    const noise = async (converted: typeof model) => signalToNoise(expected, await run(converted, feeds));
    expect(await noise(quantizeStatic(model, ranges).model)).toBeGreaterThan(40);
    expect(await noise(quantizeStatic(model, ranges, { activations: 'int8' }).model)).toBeGreaterThan(40);
    expect(await noise(quantizeDynamic(model).model)).toBeGreaterThan(40);
    // 60 dB is an error of a thousandth.
    expect(await noise(toFloat16(model).model)).toBeGreaterThan(60);
  });

  test.for(['lenet5/script', 'resnet8-cifar/script'])(
    '%s: the integer files are near a quarter, float16 near half of the float file',
    async (name) => {
      const { model, byteLength, feeds } = read(name);
      const ranges = await calibrate(model, [feeds], { ort });
      const share = (converted: typeof model) => writeModel(converted).byteLength / byteLength;
      expect(share(quantizeStatic(model, ranges).model)).toBeLessThan(0.31);
      expect(share(quantizeDynamic(model).model)).toBeLessThan(0.31);
      expect(share(toFloat16(model).model)).toBeLessThan(0.52);
    },
  );

  test('a quantized model is left alone', async () => {
    const { model, feeds } = read('resnet8-cifar/script');
    const ranges = await calibrate(model, [feeds], { ort });
    const once = quantizeStatic(model, ranges).model;
    const again = quantizeStatic(once, ranges);
    expect(again.report.filter(({ converted }) => converted)).toEqual([]);
    expect(Buffer.compare(writeModel(again.model), writeModel(once))).toBe(0);
  });
});

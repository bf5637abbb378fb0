import { Generator, tensorOf } from '@trainyard/autograd';
import { writeModel } from '@trainyard/onnx-ir';
import { digitsNet, initialize } from '@trainyard/trainer';
import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { exportOnnx } from '../export/export-onnx.ts';
import { measureLatency } from './measure-latency.ts';
import { verify } from './verify.ts';

const network = initialize(digitsNet({ channels: [3, 4, 5] }), 2);
const model = writeModel(exportOnnx(network, { input: { height: 8, width: 8, channels: 1 } }));
const pictures = Uint8Array.from(new Generator(3).uniform([10 * 64]).toArray(), (x) => x * 256);
const reference = network.forward(tensorOf('uint8', [10, 8, 8, 1], pictures)).data as Float32Array;
const classOf = (row: number) => {
  const logits = [...reference.subarray(row * 10, row * 10 + 10)];
  return logits.indexOf(Math.max(...logits));
};
const batch = (from: number, to: number, labels: number[]) => ({
  pixels: new ort.Tensor('uint8', pictures.slice(from * 64, to * 64), [to - from, 8, 8, 1]),
  labels,
});
const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => classOf(from + i));
const batches = [batch(0, 6, rows(0, 6)), batch(6, 10, rows(6, 9).concat((classOf(9) + 1) % 10))];

test('accuracy is against the labels, agreement and difference against the network', async () => {
  const { maxAbsLogitDiff, ...shares } = await verify(model, { reference, batches, ort });
  expect(shares).toEqual({ accuracy: 0.9, agreement: 1 });
  expect(maxAbsLogitDiff).toBeLessThan(1e-4);
});

test('a reference that differs in one logit is noticed', async () => {
  const other = reference.slice();
  other[37]! -= 100;
  other[25]! += 100;
  const figures = await verify(model, { reference: other, batches, ort });
  expect(figures.maxAbsLogitDiff).toBeCloseTo(100, 3);
  expect(figures.agreement).toBeLessThan(1);
});

test.each([
  ['fewer rows', reference.subarray(0, 90)],
  ['more rows', new Float32Array(110)],
])('a reference of %s is refused', async (_, wrong) => {
  await expect(verify(model, { reference: wrong, batches, ort })).rejects.toThrow(
    /verify: expected \d+ logits, as the reference has, got 100/,
  );
});

test('a logit that is not a number is refused', async () => {
  const other = reference.slice();
  other[3] = Number.NaN;
  await expect(verify(model, { reference: other, batches, ort })).rejects.toThrow('logits that are numbers');
});

test('latency has a median and a tail for each model', async () => {
  const pixels = new ort.Tensor('uint8', pictures.slice(0, 64), [1, 8, 8, 1]);
  const figures = await measureLatency({ a: model, b: model }, { pixels, ort, runs: 5 });
  expect(Object.keys(figures)).toEqual(['a', 'b']);
  for (const { p50, p95 } of Object.values(figures)) {
    expect(p50).toBeGreaterThan(0);
    expect(p95).toBeGreaterThanOrEqual(p50);
  }
  await expect(measureLatency({ a: model }, { pixels, ort, runs: 0 })).rejects.toThrow(
    '1 run or more, got 0',
  );
});

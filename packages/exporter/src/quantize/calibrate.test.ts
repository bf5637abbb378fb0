import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { calibrate } from './calibrate.ts';
import { NetBuilder, pictures, smallResNet } from './helpers.cases.ts';

const net = smallResNet();
const feeds = [1, 2, 3].map((seed) => ({ pictures: pictures(4, seed) }));

describe('calibrate', () => {
  test('knows the range of every value that quantization may ask for, and of no picture', async () => {
    const ranges = await calibrate(net, feeds, { ort });
    const first = net.graph.nodes.find(({ name }) => name === 'first')!;
    const prepared = ranges.get(first.inputs[0]!.name)!;
    const pixels = feeds.flatMap((feed) => [...(feed.pictures.data as Uint8Array)]);
    expect(prepared.min).toBeCloseTo((Math.min(...pixels) - 127.5) / 64, 5);
    expect(prepared.max).toBeCloseTo((Math.max(...pixels) - 127.5) / 64, 5);
    expect(ranges.get('first_relu_out')!.min).toBe(0);
    expect(ranges.has('classifier_out')).toBe(true);
    expect(ranges.has('pictures')).toBe(false);
  });

  test('does not depend on the order of the batches, and reads an async source', async () => {
    async function* reversed() {
      yield* [...feeds].reverse();
    }
    const options = { ort, method: 'percentile', percentile: 99 } as const;
    const one = await calibrate(net, feeds, options);
    expect(await calibrate(net, reversed(), options)).toEqual(one);
  });

  test('percentile cuts what minmax keeps', async () => {
    const all = await calibrate(net, feeds, { ort });
    const most = await calibrate(net, feeds, { ort, method: 'percentile', percentile: 99 });
    expect(most.get('first_out')!.max).toBeLessThan(all.get('first_out')!.max);
    expect(most.get('first_out')!.min).toBeGreaterThan(all.get('first_out')!.min);
  });

  test('the outputs of the model stay what they are', async () => {
    await calibrate(net, feeds, { ort });
    expect(net.graph.outputs.map(({ name }) => name)).toEqual(['classifier_out']);
  });

  test('numbers that are not finite name the value; no batch at all is an error', async () => {
    const builder = new NetBuilder();
    const x = builder.input('x', 'float32', [1, 4]);
    const infinite = builder.op('Log', [x], {}, 'log');
    const model = builder.model(builder.op('MatMul', [infinite, builder.weights([4, 2])]));
    const feed = { x: new ort.Tensor('float32', new Float32Array(4), [1, 4]) };
    await expect(calibrate(model, [feed], { ort })).rejects.toThrow(/NaN or infinity in "log_out"/);
    await expect(calibrate(model, [], { ort })).rejects.toThrow(/expected at least one batch, got none/);
  });

  test('options that make no sense are refused', async () => {
    await expect(calibrate(net, feeds, { ort, percentile: 0 })).rejects.toThrow(/percentile above 0/);
    await expect(calibrate(net, feeds, { ort, bins: 1000 })).rejects.toThrow(/power of two of bins/);
  });
});

import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { compile, gather, mul, type OrtNamespace, ones, type Tensors, tensor } from '../index.ts';
import { toOnnx } from './onnx-function.ts';
import { deaf } from './runtimes.cases.ts';
import { modelFor } from './without-copies.ts';

const session = { intraOpNumThreads: 1, logSeverityLevel: 4 };
const large = ones([1024, 300]);
const twice = ({ x }: Tensors) => ({ y: mul(x, 2), last: gather(x, tensor([1023], 'int64')) });

/** How many tensors come back from the runs of a runtime. */
function counting(): OrtNamespace & { results: number } {
  const counts = {
    results: 0,
    Tensor: ort.Tensor,
    InferenceSession: {
      async create(model: Uint8Array, options?: object) {
        const inner = await ort.InferenceSession.create(model, options);
        return {
          async run(feeds: object, fetches?: object) {
            const results = await inner.run(feeds as never, fetches as never);
            counts.results += Object.keys(results).length;
            return results as never;
          },
          release: () => inner.release(),
        };
      },
    },
  };
  return counts;
}

describe('results without copies', () => {
  test('are written where they should be, and none comes back', async () => {
    const counts = counting();
    const run = compile(twice, { ort: counts, session });
    let x = large;
    for (const expected of [2, 4, 8]) {
      const { y, last } = await run({ x });
      expect([y.data[0], y.data[y.size - 1], last.data[0]]).toEqual([expected, expected, expected / 2]);
      x = y;
    }
    expect(counts.results).toBe(0);
    expect(run.fallback()).toBeUndefined();
    await run.dispose();
  });

  test('are not for small results, nor for a runtime that writes elsewhere', async () => {
    expect(await modelFor(ort, toOnnx(twice, { x: large }))).toMatchObject({ withoutCopies: true });
    expect(await modelFor(ort, toOnnx(twice, { x: ones([4, 4]) }))).toMatchObject({ withoutCopies: false });
    expect(await modelFor(deaf, toOnnx(twice, { x: large }))).toMatchObject({ withoutCopies: false });
    const run = compile(twice, { ort: deaf, session });
    expect((await run({ x: large })).y.data[5]).toBe(2);
    await run.dispose();
  });

  test('leave the error of a run an error', async () => {
    const run = compile(({ x, at }: Tensors) => ({ y: mul(x, 2), z: gather(x, at) }), { ort, session });
    await expect(run({ x: large, at: tensor([2000], 'int64') })).rejects.toThrow(/Gather/);
    expect((await run({ x: large, at: tensor([3], 'int64') })).z.data[0]).toBe(1);
    await run.dispose();
  });
});

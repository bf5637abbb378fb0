import {
  add,
  averagePool,
  concat,
  conv,
  convTranspose,
  flatten,
  globalAveragePool,
  matMul,
  maxPool,
  mul,
  reshape,
  sigmoid,
  silu,
  split,
  type Tensor,
  tanh,
  tensorOf,
  trace,
  transpose,
} from '@trainyard/autograd';
import { checkModel, createModel, type Model } from '@trainyard/onnx-ir';
import { expect, test } from 'vitest';
import { maxDifference, run } from '../foreign-models.cases.ts';
import { pruneChannels } from './prune-channels.ts';
import { zeroChannels } from './zero-channels.cases.ts';

const inputShape = [2, 3, 8, 8];

/** Numbers from 0 to 1 that are no part of a trace, as those of our generator would be. */
function dice(seed: number) {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** A network of blocks drawn at random, each of them something that ties channels together. */
function randomNetwork(seed: number): Model {
  const next = dice(seed);
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(next() * choices.length)]!;
  const names = new Map<Tensor, string>();
  const weight = (...shape: number[]): Tensor => {
    const size = shape.reduce((a, b) => a * b, 1);
    const w = tensorOf(
      'float32',
      shape,
      Float32Array.from({ length: size }, () => (next() - 0.5) * 1.5),
    );
    names.set(w, `w${names.size}`);
    return w;
  };
  const channels = (x: Tensor) => x.shape[1] as number;
  const same = (x: Tensor, out = channels(x), group = 1) =>
    conv(x, weight(out, channels(x) / group, 3, 3), weight(out), { pads: [1, 1, 1, 1], group });
  const groupsOf = (x: Tensor) => [2, 3].find((group) => channels(x) % group === 0) ?? 1;
  const kinds: readonly ((x: Tensor) => Tensor)[] = [
    (x) => silu(same(x, pick([4, 5, 6, 8]))),
    (x) => add(x, tanh(same(x))),
    (x) => add(same(x, 6), same(x, 6)),
    (x) => concat([same(x, pick([3, 4])), x, same(x, 5)], 1),
    (x) => same(x, channels(x), channels(x)),
    (x) => same(x, groupsOf(x) * pick([2, 3]), groupsOf(x)),
    (x) => mul(x, sigmoid(conv(globalAveragePool(x), weight(channels(x), channels(x), 1, 1)))),
    (x) => mul(x, weight(1, channels(x), 1, 1)),
    (x) => convTranspose(x, weight(channels(x), 4, 1, 1)),
    (x) => convTranspose(x, weight(channels(x), 2, 1, 1), undefined, { group: groupsOf(x) }),
    (x) => maxPool(x, { kernelShape: [3, 3], pads: [1, 1, 1, 1] }),
    (x) => averagePool(x, { kernelShape: [3, 3], pads: [1, 1, 1, 1] }),
    (x) => transpose(reshape(transpose(x, [0, 2, 3, 1]), [0, 64, channels(x)]), [0, 2, 1]),
    (x) => {
      const parts = split(x, [2, channels(x) - 2], 1);
      return concat([parts[1]!, tanh(parts[0]!)], 1);
    },
  ];
  const blocks = kinds.map((block) => (x: Tensor) => {
    const y = block(x);
    return y.rank === 3 ? reshape(y, [0, channels(y), 8, 8]) : y;
  });
  const { graph } = trace(
    ({ x }) => {
      let y = same(x!, 6);
      for (let i = 0; i < 5; i++) y = pick(blocks)(y);
      const small = averagePool(y, { kernelShape: [4, 4], strides: [4, 4] });
      const features = pick([flatten, (z: Tensor) => flatten(transpose(z, [0, 2, 3, 1]))])(small);
      return { y: matMul(features, weight(4 * channels(y), 3)) };
    },
    { x: { dtype: 'float32', shape: ['batch', ...inputShape.slice(1)] } },
    { names },
  );
  return createModel(graph);
}

test.each(Array.from({ length: 16 }, (_, seed) => seed))(
  'network %i loses nothing with channels that are zero',
  async (seed) => {
    const next = dice(seed);
    const input = Float32Array.from({ length: 2 * 3 * 64 }, () => next() - 0.5);
    const model = randomNetwork(seed);
    const { report } = pruneChannels(model, { ratio: 0.4 });
    const channels = Object.fromEntries(report.layers.map(({ weight, cut }) => [weight, cut]));
    const zeroed = zeroChannels(model, channels);
    const { model: pruned, report: after } = pruneChannels(zeroed, { channels });
    checkModel(pruned);
    const isRefused = report.layers.every(({ refused }) => refused !== undefined);
    if (!isRefused) expect(after.flops.after).toBeLessThan(report.flops.before);
    const expected = await run(zeroed, input, inputShape);
    const scale = Math.max(...expected.map(Math.abs));
    expect(maxDifference(await run(pruned, input, inputShape), expected)).toBeLessThan(
      1e-5 * Math.max(1, scale),
    );
    expect((await run(pruned, input.subarray(0, 192), [1, 3, 8, 8])).length).toBe(3);
  },
);

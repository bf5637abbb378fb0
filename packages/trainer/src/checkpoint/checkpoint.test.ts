import { Generator, tensor, tensorOf } from '@trainyard/autograd';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain, smallNetwork } from '../fit.cases.ts';
import { parameterValues } from '../module.ts';
import { Linear } from '../nn/index.ts';
import { initialize } from '../nn/initialize.ts';
import { decodeArchive, encodeArchive } from './archive.ts';
import { decodeCheckpoint, encodeCheckpoint, type TrainingState } from './training-state.ts';
import { loadWeights, saveWeights } from './weights.ts';

const tensors = {
  a: tensor([[1, 2, 3]]),
  b: tensorOf('uint8', [3], Uint8Array.from([1, 2, 3])),
  'c.d': tensor([2 ** 40, -1], 'int64'),
  e: tensor(0.1, 'float64'),
  none: tensorOf('float32', [0, 4], new Float32Array(0)),
};

describe('archives', () => {
  it('hold every type of tensor, and plain data', async () => {
    const meta = { epoch: 3, text: 'é', list: [0.1, null] };
    const odd = Buffer.concat([Buffer.alloc(3), await encodeArchive({ meta, tensors })]).subarray(3);
    const read = await decodeArchive(odd);
    expect(read.meta).toEqual(meta);
    expect(Object.entries(read.tensors).map(([n, t]) => [n, t.dtype, t.shape, [...t.data]])).toEqual(
      Object.entries(tensors).map(([n, t]) => [n, t.dtype, t.shape, [...t.data]]),
    );
  });

  it('are the same bytes for the same content', async () => {
    expect(await encodeArchive({ meta: 1, tensors })).toEqual(await encodeArchive({ meta: 1, tensors }));
  });

  it('notice any byte that changed and any cut', async () => {
    const bytes = await encodeArchive({ meta: { n: 1 }, tensors });
    const position = fc.nat(bytes.length - 1);
    await fc.assert(
      fc.asyncProperty(position, fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = bytes.slice();
        changed[at] ^= flip;
        await expect(decodeArchive(changed, 'a.ckpt')).rejects.toMatchObject({ name: 'CheckpointError' });
        await expect(decodeArchive(bytes.subarray(0, at), 'a.ckpt')).rejects.toThrow(/^a\.ckpt: expected /);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('refuse headers that reach outside of the file, whatever their digest says', async () => {
    for (const entry of [
      { name: 'x', dtype: 'float32', shape: [2 ** 40, 2 ** 40] },
      { name: 'x', dtype: 'float32', shape: [-1] },
      { name: 'x', dtype: 'function', shape: [1] },
      { name: 'x', dtype: '__proto__', shape: [1] },
      null,
    ]) {
      const header = new TextEncoder().encode(JSON.stringify({ meta: 0, tensors: [entry] }).padEnd(120));
      const bytes = new Uint8Array(48 + 120 + 8);
      bytes.set(await encodeArchive({ meta: 0, tensors: {} }).then((b) => b.subarray(0, 16)));
      new DataView(bytes.buffer).setUint32(12, 120, true);
      bytes.set(header, 48);
      bytes.set(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes.subarray(48))), 16);
      await expect(decodeArchive(bytes)).rejects.toMatchObject({ name: 'CheckpointError' });
    }
  });
});

describe('checkpoints', () => {
  const state: TrainingState = {
    tensors: {
      params: { w: tensor([1]) },
      buffers: { m: tensor([2]) },
      optimizer: { 'velocity.w': tensor([3]) },
    },
    generator: new Generator(1).state,
    epoch: 2,
    step: 5,
    sums: { loss: 0.1 + 0.2, correct: 7, pictures: 9, seconds: 1 },
    history: [{ epoch: 1, loss: 1 / 3, accuracy: 0.5, learningRate: 0.1, seconds: 1, imagesPerSecond: 9 }],
    best: { epoch: 1, score: 0.5, tensors: { 'params.w': tensor([4]) } },
    recipe: { seed: 1 },
  };

  it('come back as they were', async () => {
    expect(plain(await decodeCheckpoint(await encodeCheckpoint(state)))).toEqual(plain(state));
    const { best, ...first } = state;
    expect(plain(await decodeCheckpoint(await encodeCheckpoint(first)))).toEqual(
      plain({ ...first, best: undefined }),
    );
    const scored = { ...state, best: { epoch: 1, score: 2 } };
    expect(plain(await decodeCheckpoint(await encodeCheckpoint(scored)))).toEqual(plain(scored));
  });

  it('are not taken for weights, nor weights for them', async () => {
    const network = smallNetwork();
    await expect(decodeCheckpoint(await saveWeights(network), 'w.bin')).rejects.toThrow(
      'w.bin: expected the state of a training run, got something else',
    );
    await expect(loadWeights(network, await encodeCheckpoint(state))).rejects.toThrow('expected weights');
  });
});

describe('weights', () => {
  it('come back as they were', async () => {
    const [a, b] = [initialize(smallNetwork(), 1), initialize(smallNetwork(), 2)];
    await loadWeights(b, await saveWeights(a));
    expect(plain(parameterValues(b))).toEqual(plain(parameterValues(a)));
  });

  it('of another network are refused, and change nothing', async () => {
    const linear = initialize(new Linear(2, 3), 1);
    const before = plain(parameterValues(linear));
    await expect(loadWeights(linear, await saveWeights(new Linear(3, 3)))).rejects.toThrow(
      /weights: loadState: expected weight as .*\[3, 2\].*another network/,
    );
    await expect(loadWeights(linear, await saveWeights(new Linear(2, 3, { bias: false })))).rejects.toThrow(
      'weights: expected bias, got none',
    );
    expect(plain(parameterValues(linear))).toEqual(before);
  });
});

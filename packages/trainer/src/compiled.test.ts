import { type OrtNamespace, tensorOf } from '@trainyard/autograd';
import { comparedNetworks, lossesOf, worstDifference } from '@trainyard/testing/training';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { saveWeights } from './checkpoint/index.ts';
import { type CompiledOptions, compiled } from './compiled.ts';
import { augmentation } from './data/index.ts';
import { evaluate } from './evaluate.ts';
import { eager } from './executor.ts';
import { memoryStore, plain, smallNetwork, smallRun, smallSplit } from './fit.cases.ts';
import { fit } from './fit.ts';
import type { Callback, FitOptions } from './fit-options.ts';
import { parameterValues } from './module.ts';
import { constantRate } from './optim/schedule.ts';
import { sgd } from './optim/sgd.ts';

const quiet = { logSeverityLevel: 4 };
const executor = compiled({ ort, threads: 1, session: quiet });
// 7 batches of 8 and one of 4.
const split = smallSplit(60);

async function train(options: Partial<FitOptions> = {}) {
  const network = smallNetwork();
  const augment = augmentation({ shift: 1, noise: 5 });
  const result = await fit(network, split, { ...smallRun(), augment, executor, ...options });
  return { network, result, bytes: Buffer.from(await saveWeights(network)) };
}

/** ONNX Runtime that counts its sessions. */
function counting(): CompiledOptions & { made: number; released: number } {
  const counts = { made: 0, released: 0, threads: 1, session: quiet };
  const counted: OrtNamespace = {
    Tensor: ort.Tensor,
    InferenceSession: {
      async create(model, options) {
        const session = await ort.InferenceSession.create(model, options);
        counts.made++;
        return {
          run: session.run.bind(session) as never,
          release() {
            counts.released++;
            return session.release();
          },
        };
      },
    },
  };
  return Object.assign(counts, { ort: counted });
}

describe('the compiled executor', () => {
  it.each(comparedNetworks)('gives the losses of the eager one over 10 steps: $name', async (network) => {
    const compared = { ...network, batchSize: 2 };
    const expected = await lossesOf(compared, eager, 10);
    const actual = await lossesOf(compared, executor, 10);
    expect(actual.fallback).toBeUndefined();
    expect(worstDifference(expected.losses, actual.losses)).toBeLessThan(1e-4);
    expect(expected.losses[9]).not.toBe(expected.losses[0]);
  });

  it('learns in fit as the eager one does, the smaller last batch included, with one session a size', async () => {
    const counts = counting();
    const { network, result } = await train({ executor: compiled(counts), epochs: 6 });
    expect(result).toMatchObject({ stopped: 'completed', executor: 'compiled, 1 thread' });
    expect(result.fallback).toBeUndefined();
    expect(counts).toMatchObject({ made: 2, released: 2 });
    expect((await evaluate(network, smallSplit(90, 2))).accuracy).toBeGreaterThan(0.9);
    const slow = await train({ executor: eager, epochs: 6 });
    result.history.forEach(({ loss, accuracy }, i) => {
      expect(Math.abs(loss / slow.result.history[i].loss - 1)).toBeLessThan(1e-3);
      expect(Math.abs(accuracy - slow.result.history[i].accuracy)).toBeLessThan(0.04);
    });
  });

  it('gives the same bytes for the same seed, and resumes exactly', async () => {
    const whole = await train();
    expect((await train()).bytes.equals(whole.bytes)).toBe(true);
    for (const at of [3, 8, 13]) {
      const controller = new AbortController();
      let seen = 0;
      const onStep = () => {
        if (++seen === at) controller.abort();
      };
      const checkpoint = { store: memoryStore() };
      const first = await train({ checkpoint, signal: controller.signal, callbacks: [{ onStep }] });
      expect(first.result.stopped).toBe('aborted');
      const second = await train({ checkpoint, resume: true });
      expect(second.bytes.equals(whole.bytes), `aborted after ${at} steps`).toBe(true);
    }
  });

  it('goes on from the last checkpoint when it was killed, and not with other threads', async () => {
    const whole = await train();
    const checkpoint = { store: memoryStore(), everySteps: 3 };
    const onStep: Callback['onStep'] = ({ epoch, step }) => {
      if (epoch === 1 && step === 4) throw new Error('killed');
    };
    const counts = counting();
    const dying = train({ checkpoint, callbacks: [{ onStep }], executor: compiled(counts) });
    await expect(dying).rejects.toThrow('killed');
    expect(counts.released).toBe(counts.made);
    await expect(
      train({ checkpoint, resume: true, executor: compiled({ ort, threads: 2 }) }),
    ).rejects.toThrow(
      'checkpoint: expected executor compiled, 2 threads, got one made with compiled, 1 thread',
    );
    expect((await train({ checkpoint, resume: true })).bytes.equals(whole.bytes)).toBe(true);
  });

  it('leaves alone what fit gave away: the values of an epoch, the best ones, the result', async () => {
    const kept: [unknown, () => unknown][] = [];
    const network = smallNetwork();
    const onEpoch = () => {
      const values = parameterValues(network);
      kept.push([plain(values), () => plain(values)]);
    };
    const validation = smallSplit(30, 3);
    const options = { ...smallRun(), epochs: 4, executor, validation, callbacks: [{ onEpoch }] };
    // The rate grows until the network is ruined, so that the best epoch is an early one.
    const schedule = (step: number) => (step < 16 ? 0.02 : 1000);
    const { best } = await fit(network, split, { ...options, schedule, monitor: 'loss', keepBest: true });
    for (const [then, now] of kept) expect(now()).toEqual(then);
    expect(best?.epoch).toBeLessThan(4);
    expect((await evaluate(network, validation)).loss).toBeCloseTo(best?.score ?? 0, 6);
    expect(plain(parameterValues(network))).toEqual(kept[(best?.epoch ?? 0) - 1][0]);
  });

  it('keeps what masks prune', async () => {
    const half = Float32Array.from({ length: 108 }, (_, i) => i % 2);
    const mask = tensorOf('float32', [3, 36], half);
    const { network } = await train({
      masks: { 'classifier.weight': mask },
      regularize: { l1: 1e-4 },
      clipGradients: { norm: 1, value: 0.5 },
    });
    const weight = parameterValues(network)['classifier.weight'].toArray();
    expect(weight.filter((v, i) => (i % 2 === 0) !== (v === 0))).toEqual([]);
  });

  it('says where the first number that is not finite came from', async () => {
    await expect(train({ optimizer: sgd(), schedule: constantRate(1e30) })).rejects.toThrow(
      /got NaN at step 2 of epoch 1; the first number .* came from (conv1|norm1|classifier)/,
    );
  });

  it('falls back to eager with one line, and the result says so', async () => {
    const lines: string[] = [];
    const refusing: OrtNamespace = {
      Tensor: ort.Tensor,
      InferenceSession: { create: () => Promise.reject(new Error('no kernel for Conv\nat some place')) },
    };
    const falling = compiled({ ort: refusing, onFallback: (line) => lines.push(line) });
    const { bytes, result } = await train({ executor: falling });
    expect(lines).toEqual(['compile: runs eagerly, because no kernel for Conv']);
    expect(result).toMatchObject({ executor: 'eager', fallback: lines[0] });
    expect(bytes.equals((await train({ executor: eager })).bytes)).toBe(true);
  });

  it('refuses threads that are none', () => {
    expect(() => compiled({ ort, threads: 0 })).toThrow('compiled: expected threads of at least 1, got 0');
  });
});

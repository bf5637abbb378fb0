import { Generator, mul, neg, sum, type Tensor, tensorOf } from '@trainyard/autograd';
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { describe, expect, it, vi } from 'vitest';
import { saveWeights } from './checkpoint/index.ts';
import { compiled } from './compiled.ts';
import { augmentation } from './data/index.ts';
import { evaluate } from './evaluate.ts';
import { memoryStore, smallNetwork, smallRun, smallSplit } from './fit.cases.ts';
import { fit } from './fit.ts';
import type { Callback, FitOptions, StepEvent } from './fit-options.ts';
import { type ForwardContext, Module, parameterValues } from './module.ts';
import { Sequential } from './nn/index.ts';
import { constantRate } from './optim/schedule.ts';
import { sgd } from './optim/sgd.ts';

const split = smallSplit(60);
const augment = augmentation({ shift: 1, rotate: 15, noise: 5 });

/** Trains to the end and gives the weights' bytes. */
async function train(options: Partial<FitOptions> = {}) {
  const network = smallNetwork();
  const result = await fit(network, split, { ...smallRun(), augment, ...options });
  return { network, result, bytes: Buffer.from(await saveWeights(network)) };
}

/** Aborts after so many steps of one call of fit. */
const abortAfter = (steps: number): { signal: AbortSignal; callbacks: Callback[] } => {
  const controller = new AbortController();
  let seen = 0;
  return {
    signal: controller.signal,
    callbacks: [
      {
        onStep() {
          if (++seen === steps) controller.abort();
        },
      },
    ],
  };
};

describe('fit', () => {
  it('learns', async () => {
    const { network, result } = await train({ epochs: 6 });
    expect(result).toMatchObject({ stopped: 'completed', executor: 'eager' });
    expect(result.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(result.history[5].loss).toBeLessThan(result.history[0].loss);
    expect((await evaluate(network, smallSplit(90, 2))).accuracy).toBeGreaterThan(0.9);
  });

  it('gives the same bytes for the same seed, others for another', async () => {
    const [a, b, c] = [await train(), await train(), await train({ seed: 6 })];
    expect(a.bytes.equals(b.bytes)).toBe(true);
    expect(a.bytes.equals(c.bytes)).toBe(false);
  });

  it('resumes exactly, wherever it was aborted', async () => {
    const whole = await train();
    const steps = 3 * Math.ceil(60 / 8);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: steps - 1 }), async (at) => {
        const checkpoint = { store: memoryStore() };
        const first = await train({ checkpoint, ...abortAfter(at) });
        expect(first.result.stopped).toBe('aborted');
        const second = await train({ checkpoint, resume: true });
        expect(second.result.stopped).toBe('completed');
        expect(second.bytes.equals(whole.bytes)).toBe(true);
        const timeless = (h: typeof whole.result.history) => h.map(({ loss, accuracy }) => [loss, accuracy]);
        expect(timeless(second.result.history)).toEqual(timeless(whole.result.history));
      }),
      { numRuns: 6, seed: 1 },
    );
  });

  it('goes on from the last checkpoint when it was killed without a word', async () => {
    const whole = await train();
    const store = memoryStore();
    const killed: Callback = {
      onStep({ epoch, step }) {
        if (epoch === 1 && step === 4) throw new Error('killed');
      },
    };
    const checkpoint = { store, everySteps: 3 };
    await expect(train({ checkpoint, callbacks: [killed] })).rejects.toThrow('killed');
    const { bytes } = await train({ checkpoint, resume: true });
    expect(bytes.equals(whole.bytes)).toBe(true);
  });

  it('refuses to go on with other options', async () => {
    const store = memoryStore();
    await train({ checkpoint: { store }, ...abortAfter(5) });
    await expect(train({ checkpoint: { store }, resume: true, batchSize: 16 })).rejects.toThrow(
      'checkpoint: expected batchSize 16, got one made with 8; resume with the options it was made with',
    );
    await expect(train({ checkpoint: { store }, resume: true, optimizer: sgd() })).rejects.toThrow(
      /optimizer/,
    );
  });

  it('starts anew, and says so, where its only checkpoint is damaged', async () => {
    const store = memoryStore();
    await train({ checkpoint: { store }, ...abortAfter(5) });
    store.bytes = store.bytes?.slice(0, -10);
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const { bytes } = await train({ checkpoint: { store }, resume: true });
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(
          /^memory: expected the digest .* the file is cut off or damaged; training starts anew$/,
        ),
      ],
    ]);
    warn.mockRestore();
    expect(bytes.equals((await train({})).bytes)).toBe(true);
  });

  it('stops for want of progress and keeps the best epoch', async () => {
    const validation = smallSplit(30, 3);
    const options = { epochs: 30, validation, monitor: 'loss', keepBest: true } as const;
    // At a rate of 0 only the running statistics change, and soon not even they do for the better.
    const schedule = (step: number) => (step < 16 ? 0.02 : 0);
    const { network, result } = await train({
      ...options,
      schedule,
      earlyStopping: { patience: 2, minDelta: 0.05 },
    });
    expect(result.stopped).toBe('early');
    expect(result.history).toHaveLength((result.best?.epoch ?? 0) + 2);
    const { loss } = await evaluate(network, validation);
    expect(loss).toBeCloseTo(result.best?.score ?? 0, 10);
  });

  it('resumes into the early stop and the best epoch of the uninterrupted run', async () => {
    const options: Partial<FitOptions> = {
      epochs: 12,
      validation: smallSplit(30, 3),
      monitor: 'loss',
      keepBest: true,
      earlyStopping: { patience: 3 },
      optimizer: sgd({ momentum: 0.9 }),
      schedule: constantRate(0.3),
    };
    const whole = await train(options);
    const store = memoryStore();
    await train({ ...options, checkpoint: { store }, ...abortAfter(27) });
    const resumed = await train({ ...options, checkpoint: { store }, resume: true });
    expect(resumed.result.best).toEqual(whole.result.best);
    expect(resumed.result.stopped).toBe(whole.result.stopped);
    expect(resumed.bytes.equals(whole.bytes)).toBe(true);
  });

  it('ends when a callback says so', async () => {
    const callbacks: Callback[] = [
      {
        onEpoch({ epoch }, { stop }) {
          if (epoch === 2) stop();
        },
      },
    ];
    const { result } = await train({ callbacks });
    expect(result).toMatchObject({ stopped: 'callback', history: [{ epoch: 1 }, { epoch: 2 }] });
  });

  it('keeps what masks prune, and fine-tunes from the values there are', async () => {
    const network = smallNetwork();
    await fit(network, split, smallRun());
    const weight = parameterValues(network)['classifier.weight'];
    const mask = tensorOf(
      'float32',
      [3, 36],
      Float32Array.from({ length: 108 }, (_, i) => i % 2),
    );
    await fit(network, split, {
      ...smallRun(),
      schedule: constantRate(1e-4),
      masks: { 'classifier.weight': mask },
    });
    const after = parameterValues(network)['classifier.weight'];
    expect(mul(after, mask).toArray()).toEqual(after.toArray());
    const kept = (x: Tensor) => x.toArray().filter((_, i) => i % 2 === 1);
    kept(after).forEach((v, i) => {
      expect(Math.abs(v - kept(weight)[i])).toBeLessThan(0.01);
    });
    expect(kept(after)).not.toEqual(kept(weight));
  });

  it('says where the first number that is not finite came from', async () => {
    const network = smallNetwork();
    await expect(
      fit(network, split, { ...smallRun(), optimizer: sgd(), schedule: constantRate(1e30) }),
    ).rejects.toThrow(
      /training: expected a finite loss, got NaN at step 2 of epoch 1; the first number .* came from (conv1|norm1|classifier)/,
    );
    const poisoned = smallNetwork();
    await fit(poisoned, split, { ...smallRun(), epochs: 1 });
    const { weight } = poisoned.children()[1][1] as unknown as { weight: { value: Tensor } };
    weight.value = tensorOf('float32', [4, 1, 3, 3], new Float32Array(36).fill(Number.NaN));
    await expect(fit(poisoned, split, smallRun())).rejects.toMatchObject({
      name: 'TrainingError',
      epoch: 0,
      step: 0,
      source: 'params.conv1.weight',
    });
  });

  it('notices values that the last step of an epoch made infinite', async () => {
    const options = { ...smallRun(), optimizer: sgd(), batchSize: 60, schedule: constantRate(3e38) };
    await expect(fit(smallNetwork(), split, { ...options, loss: (x) => mul(sum(x), 10) })).rejects.toThrow(
      /training: expected finite values after epoch 1, got -?Infinity in params\./,
    );
  });

  it('refuses options and pictures that do not fit', async () => {
    await expect(train({ epochs: 0 })).rejects.toThrow('fit: expected epochs of at least 1, got 0');
    await expect(train({ batchSize: 0 })).rejects.toThrow('batchSize of at least 1');
    await expect(train({ resume: true })).rejects.toThrow('give checkpoint: { store }');
    for (const wrong of [3, -1]) {
      const mislabelled = { ...split, labels: new Int32Array(60).fill(wrong) };
      const message = `network: expected labels from 0 to 2, got ${wrong}`;
      await expect(fit(smallNetwork(), mislabelled, smallRun())).rejects.toThrow(message);
      const onStep = vi.fn();
      const late = { ...smallRun(), validation: mislabelled, callbacks: [{ onStep }] };
      await expect(fit(smallNetwork(), split, late)).rejects.toThrow(message);
      expect(onStep).not.toHaveBeenCalled();
    }
    await expect(train({ executor: 'compield' as 'compiled' })).rejects.toThrow(
      "fit: expected executor 'compiled', 'eager' or an Executor, got 'compield'",
    );
    const headless = new Sequential(
      smallNetwork()
        .children()
        .map(([, layer]) => layer)
        .slice(0, 5),
    );
    await expect(fit(headless, split, smallRun())).rejects.toThrow(
      'network: expected logits float32 [N, classes], got float32 [1, 4, 3, 3]',
    );
    const images = new Uint8Array(60 * 64);
    await expect(fit(smallNetwork(), { ...split, images }, smallRun())).rejects.toThrow(
      'classifier: expected 36 input features, got 64',
    );
    await expect(train({ masks: { nope: tensorOf('float32', [], new Float32Array(1)) } })).rejects.toThrow(
      'nope',
    );
  });

  it('stops in the middle of an evaluation, and evaluates anew when it is resumed', async () => {
    const validation = smallSplit(600, 3);
    const whole = await train({ validation });
    const controller = new AbortController();
    const checkpoint = { store: memoryStore() };
    const onEpoch = vi.fn();
    let evaluating = false;
    const onStep = ({ step, stepsPerEpoch }: StepEvent) => {
      evaluating = step === stepsPerEpoch;
    };
    const aborting = {
      ...validation,
      get images() {
        if (evaluating) controller.abort();
        return validation.images;
      },
    };
    const stopped = await train({
      validation: aborting,
      checkpoint,
      signal: controller.signal,
      callbacks: [{ onStep, onEpoch }],
    });
    expect(stopped.result.stopped).toBe('aborted');
    expect(onEpoch).not.toHaveBeenCalled();
    const { bytes, result } = await train({ validation, checkpoint, resume: true });
    expect(bytes.equals(whole.bytes)).toBe(true);
    expect(result.history.map((epoch) => epoch.validation)).toEqual(
      whole.result.history.map((epoch) => epoch.validation),
    );
  });

  it('trains a network that reads elements, eagerly, and says where it became infinite', async () => {
    class Reading extends Module {
      readonly inner = smallNetwork();
      override forward(x: Tensor, context?: ForwardContext): Tensor {
        const y = this.inner.forward(x, context);
        return Number(y.data[0]) > 1e30 ? neg(y) : y;
      }
    }
    const options = { ...smallRun(), executor: compiled({ ort, onFallback: () => undefined }) };
    const { stopped, executor, fallback } = await fit(new Reading(), split, options);
    expect({ stopped, executor }).toEqual({ stopped: 'completed', executor: 'eager' });
    expect(fallback).toMatch(/^compile: runs eagerly, because tensor.data: expected a tensor with data/);
    const ruined = { ...options, optimizer: sgd(), schedule: constantRate(1e30) };
    await expect(fit(new Reading(), split, ruined)).rejects.toThrow(
      /^training: expected a finite loss, got NaN at step 2 of epoch 1/,
    );
  });

  it('lets timers run while it trains', async () => {
    let fired = 0;
    const timer = setInterval(() => fired++, 0);
    await train();
    clearInterval(timer);
    expect(fired).toBeGreaterThan(0);
  });
});

describe('the generator in the state', () => {
  it('moves on as dropout draws', async () => {
    const store = memoryStore();
    await train({ checkpoint: { store }, epochs: 1 });
    const fresh = new Generator(5).fork('dropout').state;
    const text = new TextDecoder('latin1').decode(store.bytes);
    expect(text).toContain(`"key":[${fresh.key}]`);
    expect(text).not.toContain('"counter":0');
  });
});

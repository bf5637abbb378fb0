import * as tf from '@tensorflow/tfjs';
import { type FloatType, full, type Tensors, tensor } from '@trainyard/autograd';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adam, adamW } from './adam.ts';
import { clipByGlobalNorm, clipByValue, globalNorm, penalty } from './gradients.ts';
import type { Optimizer } from './optimizer.ts';
import { constantRate, cosine, oneCycle, type Schedule, stepDecay, warmUp } from './schedule.ts';
import { sgd } from './sgd.ts';

/** Steps on f(p) = Σ p³, whose gradient is 3p². */
function run(optimizer: Optimizer, start: number[], rate: number, steps: number, dtype: FloatType): number[] {
  let params: Tensors = { p: tensor(start, dtype) };
  let state = optimizer.init(params);
  for (let i = 0; i < steps; i++) {
    const grads = {
      p: tensor(
        params.p.toArray().map((v) => 3 * v * v),
        dtype,
      ),
    };
    ({ params, state } = optimizer.step(params, grads, state, full([], rate, dtype)));
  }
  return params.p.toArray();
}

function runTf(optimizer: tf.Optimizer, start: number[], steps: number): number[] {
  return tf.tidy(() => {
    const p = tf.variable(tf.tensor1d(start));
    for (let i = 0; i < steps; i++) optimizer.minimize(() => p.pow(3).sum().asScalar());
    return [...p.dataSync()];
  });
}

/** PyTorch's algorithm for one number, in float64, written from its documentation. */
function torch(
  kind: 'sgd' | 'nesterov' | 'adam' | 'adamW',
  p: number,
  lr: number,
  decay: number,
  steps: number,
) {
  let [v, m, s] = [0, 0, 0];
  for (let t = 1; t <= steps; t++) {
    let g = 3 * p * p;
    if (kind === 'adamW') p -= lr * decay * p;
    else g += decay * p;
    if (kind === 'sgd' || kind === 'nesterov') {
      v = t === 1 ? g : 0.9 * v + g;
      p -= lr * (kind === 'nesterov' ? g + 0.9 * v : v);
    } else {
      m = 0.9 * m + 0.1 * g;
      s = 0.999 * s + 0.001 * g * g;
      p -= (lr * (m / (1 - 0.9 ** t))) / (Math.sqrt(s / (1 - 0.999 ** t)) + 1e-8);
    }
  }
  return p;
}

const start = [0.5, -0.1, 1, 0.001];
const close = (actual: number[], expected: number[], tolerance: number) =>
  actual.forEach((v, i) => {
    expect(Math.abs(v - expected[i])).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected[i])));
  });

describe('optimizers', () => {
  it('sgd takes a first step of lr · g', () => {
    expect(run(sgd(), [1, 2], 0.125, 1, 'float32')).toEqual([0.625, 0.5]);
  });

  it('agree with TensorFlow.js', () => {
    close(run(sgd(), start, 0.02, 12, 'float32'), runTf(tf.train.sgd(0.02), start, 12), 1e-5);
    close(
      run(sgd({ momentum: 0.9 }), start, 0.02, 12, 'float32'),
      runTf(tf.train.momentum(0.02, 0.9), start, 12),
      1e-5,
    );
    close(
      run(adam(), start, 0.02, 12, 'float32'),
      runTf(tf.train.adam(0.02, 0.9, 0.999, 1e-8), start, 12),
      1e-5,
    );
  });

  it("follow PyTorch's formulas, weight decay included", () => {
    const rules = {
      sgd: sgd({ momentum: 0.9, weightDecay: 0.1 }),
      nesterov: sgd({ momentum: 0.9, weightDecay: 0.1, nesterov: true }),
      adam: adam({ weightDecay: 0.1 }),
      adamW: adamW({ weightDecay: 0.1 }),
    } as const;
    for (const [kind, rule] of Object.entries(rules))
      close(
        run(rule, start, 0.02, 25, 'float64'),
        start.map((p) => torch(kind as keyof typeof rules, p, 0.02, 0.1, 25)),
        1e-12,
      );
  });

  it('refuse options out of their range', () => {
    expect(() => sgd({ momentum: 1 })).toThrow('sgd: expected momentum from 0 to below 1, got 1');
    expect(() => adam({ betas: [0.9, 1] })).toThrow('betas');
    expect(() => adamW({ weightDecay: -1 })).toThrow('weightDecay');
  });
});

const rates = (schedule: Schedule, total: number) =>
  Array.from({ length: total }, (_, i) => schedule(i, total));

describe('schedules', () => {
  it('constant, step decay, cosine', () => {
    expect(rates(constantRate(0.1), 3)).toEqual([0.1, 0.1, 0.1]);
    expect(rates(stepDecay({ initial: 1, every: 2, factor: 0.5 }), 5)).toEqual([1, 1, 0.5, 0.5, 0.25]);
    expect(rates(stepDecay({ initial: 1, every: 0.5, factor: 0.5 }), 4)).toEqual([1, 1, 0.5, 0.5]);
    expect(rates(cosine({ from: 1, to: 0 }), 3)).toEqual([1, 0.5, 0]);
  });

  it('warm-up rises in a line to what follows', () => {
    expect(rates(warmUp(3, constantRate(0.8)), 6)).toEqual([0.2, 0.4, 0.6000000000000001, 0.8, 0.8, 0.8]);
    expect(rates(warmUp(0.5, cosine({ from: 1 })), 4)[2]).toBe(1);
  });

  it("one-cycle gives OneCycleLR's numbers", () => {
    // torch.optim.lr_scheduler.OneCycleLR(max_lr=1, total_steps=10): the peak is at step 0.3 · 10 − 1.
    const actual = rates(oneCycle({ max: 1 }), 10);
    const expected = [
      0.04, 0.52, 1, 0.9504846, 0.8117456, 0.611262, 0.388742, 0.1882584, 0.0495194, 0.000004,
    ];
    actual.forEach((rate, i) => {
      expect(rate).toBeCloseTo(expected[i], 5);
    });
  });

  it('always gives a rate between 0 and the largest, whatever the length', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (total, rise) => {
          for (const schedule of [oneCycle({ max: 1, rise }), warmUp(rise, cosine({ from: 1 }))])
            for (const rate of rates(schedule, total)) {
              expect(rate).toBeGreaterThanOrEqual(0);
              expect(rate).toBeLessThanOrEqual(1);
            }
        },
      ),
      { seed: 1 },
    );
  });
});

describe('gradients', () => {
  const grads = { a: tensor([3, 0]), b: tensor([[4]]) };

  it('are clipped together by their norm', () => {
    expect(globalNorm(grads).item()).toBe(5);
    const clipped = clipByGlobalNorm(grads, 1);
    expect([clipped.a.toArray(), clipped.b.toArray()]).toEqual([[Math.fround(0.6), 0], [Math.fround(0.8)]]);
    expect(clipByGlobalNorm(grads, 6).a.toArray()).toEqual([3, 0]);
    expect(clipByGlobalNorm({ a: tensor([0, 0]) }, 1).a.toArray()).toEqual([0, 0]);
  });

  it('are clipped one by one by value', () => {
    expect(clipByValue({ a: tensor([-3, 0.5, 3]) }, 1).a.toArray()).toEqual([-1, 0.5, 1]);
    expect(() => clipByValue(grads, 0)).toThrow('clipByValue: expected a limit above 0, got 0');
  });

  it('get penalties on weights, not on biases', () => {
    const params = { weight: tensor([[1, -2]]), bias: tensor([10]) };
    expect(penalty(params, { l1: 0.5 })?.item()).toBe(1.5);
    expect(penalty(params, { l1: 1, l2: 2 })?.item()).toBe(13);
    expect(penalty(params, { l2: 1, on: (name) => name === 'bias' })?.item()).toBe(100);
    expect(penalty(params, {})).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { saveWeights } from '../checkpoint/index.ts';
import { augmentation } from '../data/index.ts';

import { memoryStore, smallNetwork, smallRun, smallSplit } from '../fit.cases.ts';
import { fit } from '../fit.ts';
import type { FitOptions, StepEvent } from '../fit-options.ts';
import { partSizes } from './plan.ts';

// 7 batches of 8 and one of 5.
const split = smallSplit(61);

async function train(options: Partial<FitOptions> = {}) {
  const network = smallNetwork();
  const augment = augmentation({ shift: 1, noise: 5 });
  const given = { ...smallRun(), augment, executor: 'compiled' as const, workers: 2, threads: 1 };
  const result = await fit(network, split, { ...given, ...options });
  return { network, result, bytes: Buffer.from(await saveWeights(network)) };
}

describe('workers', () => {
  it('share a batch as evenly as can be', () => {
    expect(partSizes(8, 2)).toEqual([4, 4]);
    expect(partSizes(5, 3)).toEqual([2, 2, 1]);
    expect(partSizes(1, 2)).toEqual([1, 0]);
  });

  it('train with batch norm, dropout and uneven parts, and resume exactly', async () => {
    const whole = await train();
    expect(whole.result).toMatchObject({
      stopped: 'completed',
      executor: 'compiled, 2 workers of 1 thread',
    });
    expect(whole.result.fallback).toBeUndefined();
    expect(whole.result.history.at(-1)?.loss).toBeLessThan(whole.result.history[0].loss);
    const controller = new AbortController();
    const onStep = ({ epoch, step }: StepEvent) => {
      if (epoch === 1 && step === 3) controller.abort();
    };
    const checkpoint = { store: memoryStore() };
    const first = await train({ checkpoint, signal: controller.signal, callbacks: [{ onStep }] });
    expect(first.result.stopped).toBe('aborted');
    const second = await train({ checkpoint, resume: true });
    expect(second.bytes.equals(whole.bytes)).toBe(true);
  });
});

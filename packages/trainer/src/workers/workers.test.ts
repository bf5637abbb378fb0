import { add, ones, type Tensor, zeros } from '@trainyard/autograd';
import * as ort from 'onnxruntime-node';
import { describe, expect, it, vi } from 'vitest';
import { saveWeights } from '../checkpoint/index.ts';
import { augmentation } from '../data/index.ts';
import { memoryStore, smallNetwork, smallRun, smallSplit } from '../fit.cases.ts';
import { fit } from '../fit.ts';
import type { FitOptions, StepEvent } from '../fit-options.ts';
import { type ForwardContext, Module, Buffer as ModuleBuffer } from '../module.ts';
import { constantRate, sgd } from '../optim/index.ts';
import { Barrier } from './barrier.ts';
import { Owners } from './owners.ts';
import { partSizes } from './plan.ts';
import { workers } from './workers.ts';

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

  it('fall back to eager with one line where ONNX Runtime refuses the graph', async () => {
    const lines: string[] = [];
    const session = { executionProviders: ['abacus'] };
    const refused = workers({ threads: 1, session, onFallback: (line) => lines.push(line) });
    const { result, bytes } = await train({ executor: refused, workers: undefined, threads: undefined });
    expect(lines).toEqual([expect.stringMatching(/^workers: runs eagerly, because .*abacus/)]);
    expect(result).toMatchObject({ executor: 'eager', fallback: lines[0] });
    const alone = await train({ executor: 'eager', workers: undefined, threads: undefined });
    expect(bytes.equals(alone.bytes)).toBe(true);
  });

  it('count steps in 64 bits, and say nothing of compiling where it is the network that is wrong', async () => {
    class Counting extends Module {
      readonly inner = smallNetwork();
      readonly steps = new ModuleBuffer(zeros([], 'int64'));
      override forward(x: Tensor, context?: ForwardContext): Tensor {
        if (context?.training) this.steps.value = add(this.steps.value, ones([], 'int64'));
        return this.inner.forward(x, context);
      }
    }
    const network = new Counting();
    const options = { ...smallRun(), executor: 'compiled' as const, workers: 2, threads: 1 };
    await fit(network, split, options);
    expect(network.steps.value.toArray()).toEqual([24]);

    const onFallback = vi.fn();
    const loss = () => {
      throw new Error('no such loss');
    };
    const wrong = train({ executor: workers({ onFallback }), workers: undefined, threads: undefined, loss });
    await expect(wrong).rejects.toThrow('no such loss');
    expect(onFallback).not.toHaveBeenCalled();
  });

  it('say where the first number that is not finite came from', async () => {
    const ruined = train({ workers: 1, optimizer: sgd(), schedule: constantRate(1e30) });
    await expect(ruined).rejects.toThrow(
      /got NaN at step 2 of epoch 1; the first number .* came from (conv1|norm1|classifier)/,
    );
  });

  it('are refused where they make no sense', async () => {
    await expect(train({ executor: 'eager' })).rejects.toThrow(
      "fit: expected workers and threads with executor 'compiled', got executor 'eager'",
    );
    await expect(train({ workers: 0 })).rejects.toThrow('workers: expected workers of at least 1, got 0');
    await expect(train({ threads: 5000 })).rejects.toThrow(
      'workers: expected threads of at most 256, got 5000',
    );
    await expect(train({ ort, workers: 2 })).rejects.toThrow('leave workers out');
  });
});

describe('the owners of parameters', () => {
  it('have about as many elements each, and what the optimizer remembers of them', () => {
    const params = { a: zeros([10]), 'b.a': zeros([6]), c: zeros([5]), d: zeros([1]) };
    const owners = new Owners(params, 2);
    expect(Object.keys(params).map((name) => owners.of(`params.${name}`))).toEqual([0, 1, 1, 0]);
    expect(owners.of('optimizer.velocity.b.a')).toBe(1);
    expect(owners.of('optimizer.step')).toBeUndefined();
  });
});

describe('the barrier', () => {
  it('waits for nobody who died, and tells that there is no step any more', () => {
    const barrier = new Barrier(2);
    barrier.fail();
    expect(new Barrier(2, barrier.memory).wait()).toBe(false);
  });
});

import { comparedNetworks, lossesOf, worstDifference } from '@trainyard/testing/training';
import { eager } from '@trainyard/trainer';
import { describe, expect, it, vi } from 'vitest';
import { type PipelineInput, parsePipeline } from './config.ts';
import { executorOf, scheduleOf, stepOptionsOf } from './recipe.ts';

type Train = Partial<PipelineInput['train']>;

const recipe = (train: Train) =>
  parsePipeline('pipeline.config.ts', {
    name: 'digits',
    dataset: { name: 'digits' },
    train: { epochs: 1, learningRate: 0.8, ...train },
  }).train;

const rates = (train: Train, steps: number): number[] =>
  Array.from({ length: steps }, (_, step) => Number(scheduleOf(recipe(train))(step, steps).toFixed(6)));

describe('scheduleOf', () => {
  it('knows every schedule by its word', () => {
    expect(rates({ schedule: 'constant' }, 2)).toEqual([0.8, 0.8]);
    expect(rates({ schedule: 'step', step: { every: 0.5, factor: 0.5 } }, 4)).toEqual([0.8, 0.8, 0.4, 0.4]);
    expect(rates({ schedule: 'cosine' }, 3)).toEqual([0.8, 0.4, 0]);
    expect(rates({ schedule: 'one-cycle' }, 10)[2]).toBe(0.8);
  });

  it('puts the warm-up before it', () => {
    expect(rates({ schedule: 'constant', warmUp: 0.5 }, 6)).toEqual([0.2, 0.4, 0.6, 0.8, 0.8, 0.8]);
  });
});

describe('the training recipe', () => {
  it('names the optimizer with its options', () => {
    const name = (optimizer: Train['optimizer']) => stepOptionsOf(recipe({ optimizer })).optimizer.name;
    expect(name({ type: 'sgd', nesterov: true })).toContain('"nesterov":true');
    expect(name({ type: 'adamw' })).toMatch(/^adamW /);
  });

  it('passes penalties and limits on', () => {
    const given = { regularize: { l1: 1e-5 }, clipGradients: { norm: 5 } };
    expect(stepOptionsOf(recipe(given))).toMatchObject(given);
    expect(stepOptionsOf(recipe({}))).toMatchObject({ regularize: undefined, clipGradients: undefined });
  });

  it('refuses what is out of range, by name', () => {
    expect(() => recipe({ warmUp: 1 })).toThrow('train.warmUp');
    expect(() => recipe({ clipGradients: { norm: 0 } })).toThrow('train.clipGradients.norm');
    expect(() => recipe({ earlyStopping: { patience: 0 } })).toThrow('train.earlyStopping.patience');
  });
});

describe('executorOf', () => {
  it.each(comparedNetworks)('gives the eager losses: $name', async (network) => {
    const compared = { ...network, batchSize: 2 };
    const warn = vi.fn();
    const expected = await lossesOf(compared, eager, 10);
    const actual = await lossesOf(compared, executorOf(recipe({}), warn), 10);
    expect(warn).not.toHaveBeenCalled();
    expect(worstDifference(expected.losses, actual.losses)).toBeLessThan(1e-4);
  });

  it('says which executor trains, and with how many workers and threads', () => {
    expect(executorOf(recipe({}), vi.fn()).name).toMatch(/^compiled, 1 worker of \d+ threads?$/);
    expect(executorOf(recipe({ threads: 3 }), vi.fn()).name).toBe('compiled, 1 worker of 3 threads');
    const both = recipe({ workers: 2, threads: 1 });
    expect(executorOf(both, vi.fn()).name).toBe('compiled, 2 workers of 1 thread');
    expect(executorOf(recipe({ executor: 'eager' }), vi.fn())).toBe(eager);
    expect(() => recipe({ threads: 0 })).toThrow('train.threads');
  });
});

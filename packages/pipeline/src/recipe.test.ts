import { eager } from '@trainyard/trainer';
import { expect, test, vi } from 'vitest';
import { comparedNetworks, lossesOf, worstDifference } from '../../trainer/src/compiled.cases.ts';
import { definePipeline, parsePipeline } from './config.ts';
import { executorOf } from './recipe.ts';

const recipeOf = (train: { executor?: 'compiled' | 'eager'; threads?: number }) =>
  parsePipeline(
    'test',
    definePipeline({
      name: 'test',
      dataset: { name: 'digits' },
      train: { epochs: 1, learningRate: 0.1, ...train },
    }),
  ).train;

test.each(comparedNetworks)('the executor of pipelines gives the eager losses: $name', async (network) => {
  const compared = { ...network, batchSize: 2 };
  const warn = vi.fn();
  const expected = await lossesOf(compared, eager, 10);
  const actual = await lossesOf(compared, executorOf(recipeOf({}), warn), 10);
  expect(warn).not.toHaveBeenCalled();
  expect(worstDifference(expected.losses, actual.losses)).toBeLessThan(1e-4);
});

test('a config says which executor trains, and with how many threads', () => {
  expect(executorOf(recipeOf({}), vi.fn()).name).toMatch(/^compiled \(\d+ threads?\)$/);
  expect(executorOf(recipeOf({ threads: 3 }), vi.fn()).name).toBe('compiled (3 threads)');
  expect(executorOf(recipeOf({ executor: 'eager' }), vi.fn())).toBe(eager);
  expect(() => recipeOf({ threads: 0 })).toThrow('train.threads');
});

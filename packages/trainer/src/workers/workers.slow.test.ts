import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { comparedNetworks, lossesOf, worstDifference } from '@trainyard/testing/training';
import { expect, it } from 'vitest';
import { eager } from '../executor.ts';
import { workers } from './workers.ts';

// Where a picture's logits do not depend on the others of its batch.
const independent = comparedNetworks.filter(({ name }) => /^(refCnn|LeNet5)$/.test(name));

it.each(independent)('workers give the losses of one whole batch: $name', async (compared) => {
  const expected = await lossesOf(compared, eager, 50);
  for (const count of [1, 2, 3]) {
    const actual = await lossesOf(compared, workers({ workers: count, threads: 1 }), 50);
    expect(actual.fallback).toBeUndefined();
    expect(worstDifference(expected.losses.slice(0, 10), actual.losses)).toBeLessThan(1e-4);
    expect(worstDifference(expected.losses, actual.losses)).toBeLessThan(1e-2);
  }
});

it('a program that ends in the middle of a step ends with its own exit code', () => {
  const script = fileURLToPath(new URL('ended-run.cases.ts', import.meta.url));
  const flags = ['--import', 'tsx', '--conditions=@trainyard/source'];
  const { status, signal, stderr } = spawnSync(process.execPath, [...flags, script], { encoding: 'utf8' });
  expect({ status, signal, stderr }).toEqual({ status: 3, signal: null, stderr: '' });
});

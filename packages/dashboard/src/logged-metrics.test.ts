import type { MetricPoint, Run, Store } from '@trainyard/registry';
import { expect, test } from 'vitest';
import { LoggedMetrics } from './logged-metrics.ts';

/** A store that holds the metrics of one run, and counts what is read of it. */
function storeOf(points: MetricPoint[]) {
  const read: number[] = [];
  const metrics: Store['runs']['metrics'] = async (_, { since } = {}) => {
    const found = points
      .filter(({ name, step }) => step >= (since?.get(name) ?? 0))
      .sort((a, b) => (a.name === b.name ? a.step - b.step : a.name < b.name ? -1 : 1));
    read.push(found.length);
    return found;
  };
  return { store: { runs: { metrics } } as Pick<Store, 'runs'>, read };
}

const run = (token: number, ended = false) =>
  ({ id: 'a', token, finished: ended ? new Date() : null }) as Run;

test('only what is new is read, and what is there is the same', async () => {
  const points: MetricPoint[] = [0, 1, 2].map((step) => ({ name: 'step/loss', step, value: step }));
  const { store, read } = storeOf(points);
  const logged = new LoggedMetrics(store);
  expect(await logged.of(run(1))).toEqual(points);
  points.push({ name: 'step/loss', step: 3, value: 3 }, { name: 'accuracy', step: 0, value: 0.5 });
  // The last step may have been logged once more.
  points[2] = { name: 'step/loss', step: 2, value: 9 };
  expect(await logged.of(run(1))).toEqual([points[4], ...points.slice(0, 4)]);
  expect(read).toEqual([3, 3]);
});

test('after another claim everything is read again; after the end nothing is', async () => {
  const points: MetricPoint[] = [0, 1].map((step) => ({ name: 'loss', step, value: step }));
  const { store, read } = storeOf(points);
  const logged = new LoggedMetrics(store);
  await logged.of(run(1));
  points[0] = { name: 'loss', step: 0, value: 7 };
  expect((await logged.of(run(2)))[0]?.value).toBe(7);
  // What came between the last look and the end is read, once.
  points.push({ name: 'loss', step: 2, value: 2 });
  expect(await logged.of(run(2, true))).toHaveLength(3);
  expect(await logged.of(run(2, true))).toHaveLength(3);
  expect(read).toEqual([2, 2, 2]);
});

test('few runs are kept', async () => {
  const { store, read } = storeOf([{ name: 'loss', step: 0, value: 1 }]);
  const logged = new LoggedMetrics(store);
  for (let i = 0; i < 17; i++) await logged.of({ ...run(1, true), id: String(i) });
  await logged.of({ ...run(1, true), id: '16' });
  expect(read).toHaveLength(17);
  await logged.of({ ...run(1, true), id: '0' });
  expect(read).toHaveLength(18);
});

import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConflictError, InputError, NotFoundError } from '../errors.ts';
import type { Registry } from '../registry/registry.ts';
import type { SweepTrial } from '../registry/sweeps.ts';
import type { Store } from '../store/store.ts';
import { type StoreFactory, type StoreUnderTest, unknownId } from './store-under-test.cases.ts';

const newSweep = { pipeline: 'digits', config: { lr: [0.1, 0.01], method: 'grid', big: 1e300 } };

export function testSweeps(open: StoreFactory): void {
  let tested: StoreUnderTest;
  let store: Store;
  beforeEach(async () => {
    tested = await open();
    store = tested.store;
  });
  afterEach(() => tested.close());

  const newRun = async (registry: Registry = store) =>
    (await registry.runs.create({ pipeline: 'digits', config: {}, seeds: 1, trigger: 'sweep' })).id;

  test('a sweep has tries, each a run, and a result', async () => {
    const sweep = await store.sweeps.create(newSweep);
    expect(sweep).toMatchObject({ ...newSweep, status: 'running', result: null, finished: null });
    const runs = [await newRun(), await newRun(), await newRun()];
    const places = [
      { trial: 1, rung: 0, parameters: { lr: 0.01 }, run: runs[1]! },
      { trial: 0, rung: 1, parameters: { lr: 0.1 }, run: runs[2]! },
      { trial: 0, rung: 0, parameters: { lr: 0.1 }, run: runs[0]! },
    ];
    for (const place of places) await store.sweeps.addTrial(sweep.id, place);
    const { token } = await store.runs.claim(runs[0]!, { worker: 'a' });
    await store.runs.complete(runs[0]!, token, { accuracy: 0.9 });
    expect(await store.sweeps.trials(sweep.id)).toMatchObject([
      { ...places[2], status: 'succeeded', metrics: { accuracy: 0.9 }, finished: expect.any(Date) },
      { ...places[1], status: 'queued', metrics: null, started: null },
      { ...places[0], status: 'queued', metrics: null },
    ]);
    expect(await store.sweeps.ofRun(runs[2]!)).toEqual({
      sweep: sweep.id,
      trial: 0,
      rung: 1,
      parameters: { lr: 0.1 },
    });
    expect(await store.sweeps.ofRun(await newRun())).toBeUndefined();
    const ended = await store.sweeps.finish(sweep.id, 'succeeded', { best: 0 });
    expect(ended).toMatchObject({ status: 'succeeded', result: { best: 0 }, finished: expect.any(Date) });
    expect(await store.sweeps.finish(sweep.id, 'succeeded', { best: 1 })).toEqual(ended);
    await expect(store.sweeps.cancel(sweep.id, 'late')).rejects.toThrow(
      `sweep ${sweep.id}: expected a sweep at work, got one that has succeeded`,
    );
    const other = await store.sweeps.create({ ...newSweep, pipeline: 'glyphs' });
    const cancelled = await store.sweeps.cancel(other.id, 'too dear');
    expect(cancelled).toMatchObject({ status: 'cancelled', result: { reason: 'too dear' } });
    expect(await store.sweeps.list()).toEqual([cancelled, ended]);
    expect(await store.sweeps.list({ pipeline: 'digits', limit: 1 })).toEqual([ended]);
    expect(await store.sweeps.get(other.id)).toEqual(cancelled);
  });

  test('one key is one sweep, however many create it at once', async () => {
    const sweeps = await Promise.all(
      Array.from({ length: 10 }, () => store.sweeps.create({ ...newSweep, key: 'lr' })),
    );
    expect(new Set(sweeps.map(({ id }) => id)).size).toBe(1);
    for (const wrong of [{ pipeline: 'glyphs' }, { config: { lr: [0.1] } }])
      await expect(store.sweeps.create({ ...newSweep, ...wrong, key: 'lr' })).rejects.toThrow(ConflictError);
  });

  test('a try is one run, and a run one try', async () => {
    const sweep = await store.sweeps.create(newSweep);
    const other = await store.sweeps.create(newSweep);
    const first = { trial: 0, rung: 0, parameters: { lr: 0.1 }, run: await newRun() };
    const second = await newRun();
    await Promise.all(Array.from({ length: 5 }, () => store.sweeps.addTrial(sweep.id, first)));
    const refused = [
      store.sweeps.addTrial(sweep.id, { ...first, run: second }),
      store.sweeps.addTrial(sweep.id, { ...first, trial: 1 }),
      store.sweeps.addTrial(sweep.id, { ...first, rung: 1 }),
      store.sweeps.addTrial(other.id, first),
    ];
    for (const outcome of await Promise.allSettled(refused))
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(ConflictError) });
    await store.sweeps.cancel(sweep.id, 'enough');
    await store.sweeps.addTrial(sweep.id, first);
    await expect(store.sweeps.addTrial(sweep.id, { ...first, trial: 1, run: second })).rejects.toThrow(
      'a sweep at work, got one that has cancelled',
    );
    expect(await store.sweeps.trials(sweep.id)).toHaveLength(1);
  });

  test('workers whose tries end at once start each next one once', async () => {
    const total = 12;
    const { id } = await store.sweeps.create({ pipeline: 'digits', config: { total } });
    /** Two tries at a time; the last one that ends ends the sweep. */
    const startNext = async (registry: Registry, trials: readonly SweepTrial[]) => {
      // Long enough for the other one to look as well, if it could.
      await wait(5);
      const open = trials.filter(({ status }) => status === 'queued' || status === 'running').length;
      if (open === 0 && trials.length === total)
        return void (await registry.sweeps.finish(id, 'succeeded', { tried: trials.length }));
      for (let trial = trials.length; trial < Math.min(total, trials.length + 2 - open); trial++)
        await registry.sweeps.addTrial(id, { trial, rung: 0, parameters: {}, run: await newRun(registry) });
    };
    await store.sweeps.advance(id, (registry, _, trials) => startNext(registry, trials));
    const endOne = (run: string) =>
      store.transaction(async (registry) => {
        const { token } = await registry.runs.claim(run, { worker: 'a' });
        await registry.runs.complete(run, token, { accuracy: 1 });
        await registry.sweeps.advance(id, (inner, _, trials) => startNext(inner, trials));
      });
    for (let round = 0; (await store.sweeps.get(id)).status === 'running'; round++) {
      expect(round).toBeLessThan(total);
      const queued = (await store.sweeps.trials(id)).filter(({ status }) => status === 'queued');
      expect(queued).toHaveLength(2);
      // Told twice, as by a job that is given out again: the second is refused and changes nothing.
      const ends = await Promise.allSettled(queued.flatMap(({ run }) => [endOne(run), endOne(run)]));
      expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    }
    const trials = await store.sweeps.trials(id);
    expect(trials.map(({ trial, status }) => [trial, status])).toEqual(
      Array.from({ length: total }, (_, trial) => [trial, 'succeeded']),
    );
    expect(await store.runs.list()).toHaveLength(total);
    expect(await store.sweeps.get(id)).toMatchObject({ status: 'succeeded', result: { tried: total } });
  });

  test('work that fails leaves the sweep as it was', async () => {
    const { id } = await store.sweeps.create(newSweep);
    const failing = store.sweeps.advance(id, async (registry, sweep, trials) => {
      expect([sweep.id, trials]).toEqual([id, []]);
      await registry.sweeps.addTrial(id, { trial: 0, rung: 0, parameters: {}, run: await newRun(registry) });
      await registry.sweeps.finish(id, 'failed', {});
      throw new Error('after all');
    });
    await expect(failing).rejects.toThrow('after all');
    expect(await store.sweeps.get(id)).toMatchObject({ status: 'running' });
    expect([await store.sweeps.trials(id), await store.runs.list()]).toEqual([[], []]);
    expect(await store.sweeps.advance(id, async (_, { config }) => config)).toEqual(newSweep.config);
  });

  test('what is not there, or can not be kept, is refused', async () => {
    const nothing = async () => undefined;
    await expect(store.sweeps.get(unknownId)).rejects.toThrow(NotFoundError);
    await expect(store.sweeps.advance(unknownId, nothing)).rejects.toThrow(NotFoundError);
    await expect(store.sweeps.cancel(unknownId, 'no')).rejects.toThrow(NotFoundError);
    await expect(store.sweeps.create({ ...newSweep, pipeline: '..' })).rejects.toThrow(InputError);
    await expect(store.sweeps.create({ ...newSweep, config: { a: Number.NaN } })).rejects.toThrow(InputError);
    const { id } = await store.sweeps.create(newSweep);
    const place = { trial: 0, rung: 0, parameters: {}, run: await newRun() };
    await expect(store.sweeps.addTrial(unknownId, place)).rejects.toThrow(NotFoundError);
    await expect(store.sweeps.addTrial(id, { ...place, run: unknownId })).rejects.toThrow(NotFoundError);
    for (const wrong of [{ trial: -1 }, { rung: 0.5 }, { run: 'x' }, { parameters: { a: '\0' } }])
      await expect(store.sweeps.addTrial(id, { ...place, ...wrong })).rejects.toThrow(InputError);
    await expect(store.sweeps.cancel(id, '')).rejects.toThrow(InputError);
    expect(await store.sweeps.get(id)).toMatchObject({ status: 'running' });
  });
}

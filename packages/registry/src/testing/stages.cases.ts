import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConflictError, InputError, NotFoundError, StaleTokenError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import { type StoreFactory, type StoreUnderTest, unknownId } from './store-under-test.cases.ts';

const names = ['data', 'train', 'evaluate'];

export function testStages(open: StoreFactory): void {
  let tested: StoreUnderTest;
  let store: Store;
  let run: string;
  beforeEach(async () => {
    tested = await open();
    store = tested.store;
    run = (await store.runs.create({ pipeline: 'digits', config: {}, seeds: 1 })).id;
  });
  afterEach(() => tested.close());

  const claim = async (worker = 'a') => (await store.runs.claim(run, { worker })).token;
  const statuses = async () => (await store.stages.list(run)).map(({ status }) => status);

  test('stages go one after the other, each with its result', async () => {
    expect(await store.stages.list(run)).toEqual([]);
    const planned = await store.stages.plan(run, names);
    expect(planned.map(({ name, position, status }) => [name, position, status])).toEqual([
      ['data', 0, 'waiting'],
      ['train', 1, 'waiting'],
      ['evaluate', 2, 'waiting'],
    ]);
    const token = await claim();
    await expect(store.stages.start(run, token, 'train')).rejects.toThrow(
      `run ${run}, train: expected data to have succeeded, got it is waiting; do that one first`,
    );
    const begun = await store.stages.start(run, token, 'data');
    expect(begun).toMatchObject({ status: 'running', attempts: 1, worker: 'a', progress: null });
    await store.stages.progress(run, token, 'data', { progress: 0.3, note: 'reading' });
    await store.stages.progress(run, token, 'data', { progress: 0.7 });
    expect((await store.stages.list(run))[0]).toMatchObject({ progress: 0.7, note: 'reading' });
    const done = await store.stages.succeed(run, token, 'data', { pictures: 10 });
    expect(done).toMatchObject({ status: 'succeeded', progress: 1, note: null, result: { pictures: 10 } });
    expect(begun.started).toEqual(done.started);
    expect(done.started! <= done.finished!).toBe(true);
    // Begun once more, as by a job that is given out twice: nothing is done again.
    expect(await store.stages.start(run, token, 'data')).toEqual(done);
    await expect(store.stages.fail(run, token, 'data', { reason: 'no', kind: 'failure' })).rejects.toThrow(
      'expected a stage at work, got one that is succeeded',
    );
    await store.stages.start(run, token, 'train');
    expect(await statuses()).toEqual(['succeeded', 'running', 'waiting']);
  });

  test('a plan is made once, however many make it', async () => {
    const plans = await Promise.all(Array.from({ length: 5 }, () => store.stages.plan(run, names)));
    for (const plan of plans) expect(plan).toEqual(plans[0]);
    for (const other of [
      ['data', 'train'],
      ['train', 'data', 'evaluate'],
      [...names, 'promote'],
    ])
      await expect(store.stages.plan(run, other)).rejects.toThrow(ConflictError);
    for (const wrong of [[], ['data', 'data'], ['..']])
      await expect(store.stages.plan(run, wrong)).rejects.toThrow(InputError);
    await expect(store.stages.plan(unknownId, names)).rejects.toThrow(NotFoundError);
    const second = (await store.runs.create({ pipeline: 'digits', config: {}, seeds: 1 })).id;
    const mixed = await Promise.allSettled([
      store.stages.plan(second, names),
      store.stages.plan(second, [...names.slice(0, 2), 'promote', 'package']),
    ]);
    expect(mixed.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const made = mixed.find((outcome) => outcome.status === 'fulfilled')!;
    expect(await store.stages.list(second)).toEqual(made.value);
  });

  test('failures are counted, and crashes as long as progress does not change', async () => {
    await store.stages.plan(run, names);
    const token = await claim();
    const attempt = async (end: { reason: string; kind: 'failure' | 'crash' }, progress?: number) => {
      await store.stages.start(run, token, 'data');
      if (progress !== undefined) await store.stages.progress(run, token, 'data', { progress });
      const { failures, crashes, status, note } = await store.stages.fail(run, token, 'data', end);
      expect([status, note]).toEqual(['waiting', end.reason]);
      return [failures, crashes];
    };
    const crash = { reason: 'killed by SIGSEGV', kind: 'crash' } as const;
    expect(await attempt(crash)).toEqual([0, 1]);
    expect(await attempt(crash)).toEqual([0, 2]);
    expect(await attempt(crash, 0.1)).toEqual([0, 1]);
    expect(await attempt({ reason: 'loss is NaN', kind: 'failure' })).toEqual([1, 1]);
    expect(await attempt(crash, 0.1)).toEqual([1, 2]);
    expect(await attempt(crash)).toEqual([1, 3]);
    await store.stages.start(run, token, 'data');
    await store.stages.progress(run, token, 'data', { progress: 0.2 });
    expect((await store.stages.list(run))[0]).toMatchObject({ attempts: 7, crashes: 0, progress: 0.2 });
    expect(await attempt(crash)).toEqual([1, 1]);
    // What came of the other attempts is no matter once one succeeds.
    await store.stages.start(run, token, 'data');
    expect(await store.stages.succeed(run, token, 'data')).toMatchObject({
      failures: 1,
      note: null,
      result: {},
    });
  });

  test('a worker that lost the run is refused in everything, and the next one goes on', async () => {
    await store.stages.plan(run, names);
    const { token: paused } = await store.runs.claim(run, { worker: 'paused', lease: 0.02 });
    await store.stages.start(run, paused, 'data');
    await store.stages.progress(run, paused, 'data', { progress: 0.5 });
    await wait(40);
    const token = await claim('next');
    for (const late of [
      () => store.stages.start(run, paused, 'data'),
      () => store.stages.progress(run, paused, 'data', { progress: 0.9 }),
      () => store.stages.succeed(run, paused, 'data', { stale: true }),
      () => store.stages.fail(run, paused, 'data', { reason: 'late', kind: 'crash' }),
    ])
      await expect(late()).rejects.toThrow(StaleTokenError);
    expect(await store.stages.start(run, token, 'data')).toMatchObject({
      attempts: 2,
      progress: 0.5,
      worker: 'next',
      crashes: 0,
      result: null,
    });
    await store.runs.complete(run, token);
    await expect(store.stages.start(run, token, 'train')).rejects.toThrow('got one that is succeeded; drop');
  });

  test('of those who begin and end a stage at once, nobody is counted twice', async () => {
    await store.stages.plan(run, names);
    const token = await claim();
    await Promise.all(Array.from({ length: 10 }, () => store.stages.start(run, token, 'data')));
    expect((await store.stages.list(run))[0]!.attempts).toBe(10);
    const ends = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => store.stages.succeed(run, token, 'data', { i })),
    );
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('the end of a run is that of its stages', async () => {
    const end = async (finish: (token: number) => Promise<unknown>) => {
      run = (await store.runs.create({ pipeline: 'digits', config: {}, seeds: 1 })).id;
      await store.stages.plan(run, names);
      const token = await claim();
      await store.stages.start(run, token, 'data');
      await store.stages.succeed(run, token, 'data');
      await store.stages.start(run, token, 'train');
      await finish(token);
      const stages = await store.stages.list(run);
      return stages.map(({ status, finished }) => [status, finished !== null]);
    };
    expect(await end((token) => store.runs.fail(run, token, 'out of memory'))).toEqual([
      ['succeeded', true],
      ['failed', true],
      ['cancelled', true],
    ]);
    expect(await end(() => store.runs.cancel(run, 'not needed'))).toEqual([
      ['succeeded', true],
      ['cancelled', true],
      ['cancelled', true],
    ]);
    const failLater = async (token: number) => {
      await store.stages.fail(run, token, 'train', { reason: 'NaN', kind: 'failure' });
      await store.runs.fail(run, token, 'given up');
    };
    expect((await end(failLater))[1]).toEqual(['failed', true]);
    // A run that is given back has no stage at work.
    expect(await end((token) => store.runs.release(run, token))).toEqual([
      ['succeeded', true],
      ['waiting', false],
      ['waiting', false],
    ]);
  });

  test('a stage ends in the transaction of what follows from it, or not at all', async () => {
    await store.stages.plan(run, names);
    const token = await claim();
    await store.stages.start(run, token, 'data');
    const end = (fails: boolean) =>
      store.transaction(async (registry) => {
        await registry.stages.succeed(run, token, 'data', { pictures: 1 });
        await expect(registry.stages.start(run, token, 'evaluate')).rejects.toThrow(ConflictError);
        await registry.runs.release(run, token);
        if (fails) throw new Error('the queue is away');
      });
    await expect(end(true)).rejects.toThrow('the queue is away');
    expect(await statuses()).toEqual(['running', 'waiting', 'waiting']);
    await end(false);
    expect(await statuses()).toEqual(['succeeded', 'waiting', 'waiting']);
    expect((await store.runs.get(run)).status).toBe('queued');
  });

  test('what is not there, or no share, is refused', async () => {
    await store.stages.plan(run, names);
    const token = await claim();
    await expect(store.stages.start(run, token, 'promote')).rejects.toThrow(
      'a stage "promote", got none; it is not in the plan of the run',
    );
    await expect(store.stages.succeed(run, token, 'promote')).rejects.toThrow(NotFoundError);
    await expect(store.stages.start(unknownId, token, 'data')).rejects.toThrow(NotFoundError);
    await expect(store.stages.succeed(run, token, 'data')).rejects.toThrow('start it first');
    await store.stages.start(run, token, 'data');
    for (const progress of [-0.1, 1.1, Number.NaN])
      await expect(store.stages.progress(run, token, 'data', { progress })).rejects.toThrow(InputError);
    await expect(store.stages.succeed(run, token, 'data', { loss: Number.NaN })).rejects.toThrow(InputError);
    await expect(store.stages.fail(run, token, 'data', { reason: ' ', kind: 'failure' })).rejects.toThrow(
      InputError,
    );
    expect((await store.stages.list(run))[0]).toMatchObject({ status: 'running', progress: null });
  });
}

import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConflictError, InputError, NotFoundError, StaleTokenError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Store } from '../store/store.ts';
import { bytesOf, digestFor, type StoreFactory, type StoreUnderTest } from './store-under-test.cases.ts';

const newRun = { pipeline: 'digits', config: { epochs: 3, lr: 0.1 }, seeds: [1, 2] };

export function testRuns(open: StoreFactory): void {
  let tested: StoreUnderTest;
  let store: Store;
  beforeEach(async () => {
    tested = await open();
    store = tested.store;
  });
  afterEach(() => tested.close());

  test('a run keeps what it was made from, and what came of it', async () => {
    const digest = digestFor('data');
    const dataset = { digest, name: 'digits', train: 1438, test: 359, statistics: { mean: [0.1, 'ß'] } };
    expect(await store.datasets.record(dataset)).toMatchObject(dataset);
    const machine = { cpu: 'x', cores: 2 };
    const parent = await store.runs.create(newRun);
    const { id } = await store.runs.create({ ...newRun, dataset: digest, commit: 'abc', parent: parent.id });
    const { token } = await store.runs.claim(id, { worker: 'a', machine });
    await store.runs.log(id, token, [
      { name: 'loss', step: 0, value: 2.5 },
      { name: 'loss', step: 1, value: Number.NaN },
      { name: 'loss', step: 2, value: -Infinity },
      { name: 'accuracy', step: 2, value: 0.1 + 0.2 },
    ]);
    await store.runs.log(id, token, [{ name: 'loss', step: 2, value: 5e-324 }]);
    await store.runs.attach(id, token, 'bundle/manifest.json', bytesOf('{}'));
    const run = await store.runs.complete(id, token, { accuracy: 0.9 });
    expect(run).toMatchObject({
      ...newRun,
      dataset: digest,
      commit: 'abc',
      parent: parent.id,
      status: 'succeeded',
      token: 1,
      machine,
      metrics: { accuracy: 0.9 },
    });
    expect(run.created <= run.started! && run.started! <= run.finished!).toBe(true);
    expect(await store.runs.metrics(id)).toEqual([
      { name: 'accuracy', step: 2, value: 0.1 + 0.2 },
      { name: 'loss', step: 0, value: 2.5 },
      { name: 'loss', step: 1, value: Number.NaN },
      { name: 'loss', step: 2, value: 5e-324 },
    ]);
    expect(await store.runs.metrics(id, { name: 'loss', from: 2 })).toHaveLength(1);
    // Of what is known from its own step on, of the rest everything.
    const rest = await store.runs.metrics(id, { since: new Map([['loss', 1]]) });
    expect(rest.map(({ name, step }) => [name, step])).toEqual([
      ['accuracy', 2],
      ['loss', 1],
      ['loss', 2],
    ]);
    expect(await store.runs.files(id)).toMatchObject([{ name: 'bundle/manifest.json', bytes: 2 }]);
    expect(await store.runs.attempts(id)).toMatchObject([
      { token: 1, worker: 'a', machine, outcome: 'succeeded' },
    ]);
    expect((await store.runs.list({ status: 'succeeded' })).map((r) => r.id)).toEqual([id]);
    expect((await store.runs.list({ pipeline: 'digits' })).map((r) => r.id)).toEqual([id, parent.id]);
    expect(await store.runs.list({ pipeline: 'other' })).toEqual([]);
  });

  test('a run says what started it, how urgent it is, and what it works on once it knows', async () => {
    const plain = await store.runs.create(newRun);
    expect(plain).toMatchObject({ trigger: 'manual', priority: 0, dataset: null });
    const { id } = await store.runs.create({ ...newRun, trigger: 'schedule:nightly', priority: -5 });
    expect(await store.runs.get(id)).toMatchObject({ trigger: 'schedule:nightly', priority: -5 });
    const digest = digestFor('data');
    const { token } = await store.runs.claim(id, { worker: 'a' });
    await expect(store.runs.useDataset(id, token, digest)).rejects.toThrow(NotFoundError);
    await store.datasets.record({ digest, name: 'digits', train: 2, test: 1, statistics: {} });
    await store.runs.useDataset(id, token, digest);
    await store.runs.attach(id, token, 'checkpoint', bytesOf('half'));
    await store.runs.attach(id, token, 'weights', bytesOf('whole'));
    await store.runs.detach(id, token, 'checkpoint');
    await store.runs.detach(id, token, 'checkpoint');
    expect((await store.runs.files(id)).map(({ name }) => name)).toEqual(['weights']);
    expect(await store.runs.complete(id, token)).toMatchObject({ dataset: digest });
    await expect(store.runs.useDataset(id, token, digest)).rejects.toThrow(StaleTokenError);
    await expect(store.runs.detach(id, token, 'weights')).rejects.toThrow(StaleTokenError);
    for (const wrong of [{ trigger: '' }, { trigger: 'x'.repeat(201) }, { priority: 0.5 }, { priority: 1e9 }])
      await expect(store.runs.create({ ...newRun, ...wrong })).rejects.toThrow(InputError);
  });

  test('the config is known by a digest that the order of its keys does not change', async () => {
    const one = await store.runs.create(newRun);
    const other = await store.runs.create({ ...newRun, config: { lr: 0.1, epochs: 3 } });
    expect(other.configDigest).toBe(one.configDigest);
    expect(other.id).not.toBe(one.id);
  });

  test('one key is one run, however many create it at once', async () => {
    const runs = await Promise.all(
      Array.from({ length: 20 }, () => store.runs.create({ ...newRun, key: 'digits@2026-11-25T03:00Z' })),
    );
    expect(new Set(runs.map(({ id }) => id)).size).toBe(1);
    await expect(
      store.runs.create({ ...newRun, config: {}, key: 'digits@2026-11-25T03:00Z' }),
    ).rejects.toThrow(ConflictError);
  });

  test('one worker has a run, however many claim it at once', async () => {
    const { id } = await store.runs.create(newRun);
    const claims = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => store.runs.claim(id, { worker: `worker-${i}` })),
    );
    expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(store.runs.claim(id, { worker: 'late' })).rejects.toThrow(
      /one that "worker-\d+" works on; wait until/,
    );
  });

  test('a worker that was silent is refused in everything, and changes nothing', async () => {
    const { id } = await store.runs.create(newRun);
    const paused = await store.runs.claim(id, { worker: 'paused', lease: 0.02 });
    await wait(40);
    const next = await store.runs.claim(id, { worker: 'next' });
    expect(next.token).toBe(paused.token + 1);
    await store.runs.log(id, next.token, [{ name: 'loss', step: 1, value: 1 }]);
    await store.runs.attach(id, next.token, 'weights', bytesOf('good'));
    const late = [
      store.runs.heartbeat(id, paused.token),
      store.runs.log(id, paused.token, [{ name: 'loss', step: 1, value: 9 }]),
      store.runs.attach(id, paused.token, 'weights', bytesOf('bad')),
      store.runs.release(id, paused.token),
      store.runs.fail(id, paused.token, 'late'),
      store.runs.complete(id, paused.token, { accuracy: 1 }),
      store.versions.register({
        model: 'm',
        bundle: digestFor('late'),
        run: id,
        token: paused.token,
        metrics: {},
      }),
    ];
    for (const outcome of await Promise.allSettled(late))
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(StaleTokenError) });
    await store.runs.complete(id, next.token, { accuracy: 0.5 });
    await expect(store.runs.complete(id, paused.token)).rejects.toThrow(
      'got one that is succeeded; drop what',
    );
    expect(await store.runs.get(id)).toMatchObject({ status: 'succeeded', metrics: { accuracy: 0.5 } });
    expect(await store.runs.metrics(id)).toEqual([{ name: 'loss', step: 1, value: 1 }]);
    expect(await store.runs.files(id)).toMatchObject([{ digest: digestFor('good') }]);
    expect(await store.versions.models()).toEqual([]);
    expect((await store.runs.attempts(id)).map(({ outcome }) => outcome)).toEqual(['lost', 'succeeded']);
  });

  test('a worker that was paused while it attached a file is refused at the end of it', async () => {
    const { id } = await store.runs.create(newRun);
    const paused = await store.runs.claim(id, { worker: 'paused', lease: 0.02 });
    const slow = async function* () {
      yield bytesOf('half');
      await wait(40);
      const { token } = await store.runs.claim(id, { worker: 'next' });
      await store.runs.complete(id, token);
      yield bytesOf('other half');
    };
    await expect(store.runs.attach(id, paused.token, 'weights', slow())).rejects.toThrow(StaleTokenError);
    expect(await store.runs.files(id)).toEqual([]);
  });

  test('heartbeats keep a run', async () => {
    const { id } = await store.runs.create(newRun);
    const { token } = await store.runs.claim(id, { worker: 'a', lease: 0.02 });
    await store.runs.heartbeat(id, token, 3600);
    await wait(40);
    await expect(store.runs.claim(id, { worker: 'b' })).rejects.toThrow(ConflictError);
  });

  test('a run that was released goes on with the next worker', async () => {
    const { id } = await store.runs.create(newRun);
    const first = await store.runs.claim(id, { worker: 'a' });
    expect(await store.runs.release(id, first.token)).toMatchObject({ status: 'queued', worker: null });
    const second = await store.runs.claim(id, { worker: 'b' });
    expect(second.started).toEqual(first.started);
    await store.runs.fail(id, second.token, 'out of memory');
    expect(await store.runs.get(id)).toMatchObject({ status: 'failed', failure: 'out of memory' });
    expect((await store.runs.attempts(id)).map(({ outcome }) => outcome)).toEqual(['released', 'failed']);
  });

  test('the end may be told twice, and is not taken back', async () => {
    const { id } = await store.runs.create(newRun);
    const { token } = await store.runs.claim(id, { worker: 'a' });
    const run = await store.runs.complete(id, token, { a: 1 });
    expect(await store.runs.complete(id, token, { a: 1 })).toEqual(run);
    await expect(store.runs.fail(id, token, 'no')).rejects.toThrow(StaleTokenError);
    await expect(store.runs.claim(id, { worker: 'b' })).rejects.toThrow(
      'one that has succeeded; create another one',
    );
    await expect(store.runs.cancel(id, 'no')).rejects.toThrow(ConflictError);
  });

  test('a run that is cancelled is taken from its worker', async () => {
    const { id } = await store.runs.create(newRun);
    const { token } = await store.runs.claim(id, { worker: 'a' });
    const run = await store.runs.cancel(id, 'not needed');
    expect(run).toMatchObject({ status: 'cancelled', failure: 'not needed' });
    expect(await store.runs.cancel(id, 'again')).toEqual(run);
    await expect(store.runs.heartbeat(id, token)).rejects.toThrow('got one that is cancelled');
    expect((await store.runs.attempts(id)).map(({ outcome }) => outcome)).toEqual(['cancelled']);
  });

  test('input that can not be kept is refused with its reason', async () => {
    const id = '00000000-0000-4000-8000-000000000000';
    await expect(store.runs.get(id)).rejects.toThrow(NotFoundError);
    await expect(store.runs.get("'; drop table")).rejects.toThrow(InputError);
    await expect(store.runs.create({ ...newRun, parent: id })).rejects.toThrow(NotFoundError);
    await expect(store.runs.create({ ...newRun, dataset: digestFor('none') })).rejects.toThrow(NotFoundError);
    for (const pipeline of ['', '..', 'A', 'a/b', 'a'.repeat(65), 'con', 'a\0'])
      await expect(store.runs.create({ ...newRun, pipeline })).rejects.toThrow(InputError);
    const configs: JsonObject[] = [{ a: Number.NaN }, { a: 'x\0' }, { a: '\ud800' }, { '\0': 1 }];
    for (const config of configs)
      await expect(store.runs.create({ ...newRun, config })).rejects.toThrow(InputError);
    const run = await store.runs.create(newRun);
    const { token } = await store.runs.claim(run.id, { worker: 'a' });
    for (const name of ['../a', '/a', 'a//b', 'a%2e', 'a\0', '.a', 'a/', 'aux.txt', 'a\\b', 'C:a', 'a.'])
      await expect(store.runs.attach(run.id, token, name, bytesOf(''))).rejects.toThrow(InputError);
    await expect(store.runs.log(run.id, token, [{ name: 'a', step: 0.5, value: 1 }])).rejects.toThrow(
      InputError,
    );
    await expect(store.runs.heartbeat(run.id, token, -1)).rejects.toThrow(InputError);
  });

  test('6,000 points are logged and read', async () => {
    const { id } = await store.runs.create(newRun);
    const { token } = await store.runs.claim(id, { worker: 'a' });
    const points = Array.from({ length: 6_000 }, (_, step) => ({
      name: 'loss',
      step,
      value: Math.sin(step),
    }));
    await store.runs.log(id, token, points);
    expect(await store.runs.metrics(id)).toEqual(points);
  });
}

import { afterEach, beforeEach, expect, test } from 'vitest';
import { ArtifactError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import {
  bytesOf,
  digestFor,
  finishedRun,
  type StoreFactory,
  type StoreUnderTest,
} from './store-under-test.cases.ts';

export function testArtifactsOfStore(open: StoreFactory): void {
  let tested: StoreUnderTest;
  let store: Store;
  beforeEach(async () => {
    tested = await open();
    store = tested.store;
  });
  afterEach(() => tested.close());

  const startRun = async () => {
    const { id } = await store.runs.create({ pipeline: 'digits', config: {}, seeds: 1 });
    return { id, token: (await store.runs.claim(id, { worker: 'a' })).token };
  };

  test('garbage is what nothing refers to, and no more', async () => {
    const { id, token } = await startRun();
    await store.runs.attach(id, token, 'checkpoint', bytesOf('first'));
    await store.runs.attach(id, token, 'checkpoint', bytesOf('second'));
    const model = await store.artifacts.put(bytesOf('model'));
    const run = await finishedRun(store);
    await store.versions.register({
      model: 'm',
      bundle: digestFor('b'),
      run: run.id,
      metrics: {},
      files: { model },
    });
    await store.artifacts.put(bytesOf('never used'));
    expect(await store.collectGarbage()).toEqual({ removed: 0, bytes: 0 });
    expect(await store.collectGarbage({ olderThan: -1 })).toEqual({ removed: 2, bytes: 15 });
    expect(await store.artifacts.get(digestFor('second'))).toEqual(bytesOf('second'));
    expect(await store.artifacts.get(model.digest)).toEqual(bytesOf('model'));
    await expect(store.artifacts.get(digestFor('first'))).rejects.toThrow(ArtifactError);
  });

  test('files that are attached while garbage is collected all the time are there in the end', async () => {
    const { id, token } = await startRun();
    let done = false;
    const collecting = (async () => {
      while (!done) await store.collectGarbage({ olderThan: -1 });
    })();
    const contents = Array.from({ length: 30 }, (_, i) => `content ${i % 10}`);
    await Promise.all(contents.map((text, i) => store.runs.attach(id, token, `file-${i}`, bytesOf(text))));
    done = true;
    await collecting;
    const files = await store.runs.files(id);
    expect(files).toHaveLength(30);
    for (const { digest } of files) await store.artifacts.get(digest);
    const listed: string[] = [];
    for await (const artifact of store.artifacts.list()) listed.push(artifact.digest);
    expect(listed.sort()).toEqual([...new Set(files.map(({ digest }) => digest))].sort());
  });

  test('a transaction is all or nothing, files aside', async () => {
    const { id, token } = await startRun();
    const failing = store.transaction(async (registry) => {
      await registry.runs.log(id, token, [{ name: 'loss', step: 1, value: 1 }]);
      await registry.runs.complete(id, token);
      throw new Error('after all');
    });
    await expect(failing).rejects.toThrow('after all');
    expect(await store.runs.get(id)).toMatchObject({ status: 'running' });
    expect(await store.runs.metrics(id)).toEqual([]);
    const { run, version } = await store.transaction(async (registry) => ({
      run: await registry.runs.complete(id, token),
      version: await registry.versions.register({ model: 'm', bundle: digestFor('b'), run: id, metrics: {} }),
    }));
    expect([run.status, version.version]).toEqual(['succeeded', 1]);
  });

  test('a transaction that goes on after an error of its own commits nothing in silence', async () => {
    const swallowing = store.database.transaction(async (scope) => {
      await scope.query('insert into trainyard.models (name) values ($1)', ['m']);
      await scope.query('select 1 / 0').catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow();
    const inner = store.database.transaction(async (scope) => {
      await scope.query('insert into trainyard.models (name) values ($1)', ['kept']);
      await scope.transaction((nested) => nested.query('select 1 / 0')).catch(() => undefined);
    });
    await inner;
    expect(await store.versions.models()).toEqual(['kept']);
  });
}

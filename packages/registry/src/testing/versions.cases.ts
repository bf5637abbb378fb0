import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Artifact } from '../artifacts/artifact-store.ts';
import { ArtifactError, ConflictError, InputError, NotFoundError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import {
  bytesOf,
  digestFor,
  finishedRun,
  type StoreFactory,
  type StoreUnderTest,
} from './store-under-test.cases.ts';

export function testVersions(open: StoreFactory): void {
  let tested: StoreUnderTest;
  let store: Store;
  beforeEach(async () => {
    tested = await open();
    store = tested.store;
  });
  afterEach(() => tested.close());

  test('a bundle is a version with its files, once', async () => {
    const run = await finishedRun(store);
    const files = {
      'manifest.json': await store.artifacts.put(bytesOf('{}')),
      'float32.onnx': await store.artifacts.put(bytesOf('model')),
    };
    const bundle = digestFor('{}');
    const wanted = { model: 'digits', bundle, run: run.id, metrics: { accuracy: 0.9 }, files };
    const version = await store.versions.register(wanted);
    expect(version).toMatchObject({
      model: 'digits',
      version: 1,
      bundle,
      run: run.id,
      metrics: { accuracy: 0.9 },
    });
    expect(version.files.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['float32.onnx', 5],
      ['manifest.json', 2],
    ]);
    expect(await store.versions.register(wanted)).toEqual(version);
    expect(await store.versions.find('digits', bundle)).toEqual(version);
    expect(await store.versions.find('digits', digestFor('other'))).toBeUndefined();
    await expect(store.versions.register({ ...wanted, files: {} })).rejects.toThrow(ConflictError);
    const second = await store.versions.register({ ...wanted, bundle: digestFor('2') });
    expect((await store.versions.list('digits')).map((v) => v.version)).toEqual([second.version, 1]);
    expect(await store.versions.models()).toEqual(['digits']);
  });

  test('versions that are registered at once are numbered without a gap', async () => {
    const run = await finishedRun(store);
    const versions = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        store.versions.register({ model: 'm', bundle: digestFor(`${i % 20}`), run: run.id, metrics: {} }),
      ),
    );
    const numbers = new Set(versions.map(({ version }) => version));
    expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  test('what can not be registered leaves no model and no number', async () => {
    const run = await finishedRun(store);
    const wanted = { model: 'm', bundle: digestFor('a'), run: run.id, metrics: {} };
    const absent = { digest: digestFor('absent'), bytes: 6 };
    await expect(store.versions.register({ ...wanted, files: { a: absent } })).rejects.toThrow(ArtifactError);
    const folders: Record<string, Artifact>[] = [
      { '../a': absent },
      { 'a/b': absent, a: absent },
      { a: absent, A: absent },
    ];
    for (const files of folders)
      await expect(store.versions.register({ ...wanted, files })).rejects.toThrow(InputError);
    await expect(store.versions.register({ ...wanted, dataset: absent.digest })).rejects.toThrow(
      NotFoundError,
    );
    await expect(
      store.versions.register({ ...wanted, run: '00000000-0000-4000-8000-000000000000' }),
    ).rejects.toThrow(NotFoundError);
    const queued = await store.runs.create({ pipeline: 'digits', config: {}, seeds: 1 });
    await expect(store.versions.register({ ...wanted, run: queued.id })).rejects.toThrow(
      'a run that has succeeded, got run',
    );
    expect(await store.versions.models()).toEqual([]);
    expect(await store.versions.register(wanted)).toMatchObject({ version: 1 });
    await expect(store.versions.get({ model: 'm', version: 2 })).rejects.toThrow(NotFoundError);
  });

  test('the lineage of a version goes back to the first run', async () => {
    const digest = digestFor('data');
    await store.datasets.record({ digest, name: 'digits', train: 10, test: 2, statistics: { a: 1 } });
    const chain: string[] = [];
    for (let i = 0; i < 4; i++) {
      const { id } = await store.runs.create({
        pipeline: 'digits',
        config: { i },
        seeds: i,
        dataset: digest,
        commit: `c${i}`,
        parent: chain.at(-1),
      });
      const { token } = await store.runs.claim(id, { worker: 'a' });
      await store.versions.register({ model: 'm', bundle: digestFor(`${i}`), run: id, token, metrics: {} });
      await store.runs.complete(id, token);
      chain.push(id);
    }
    const { version, ancestors } = await store.lineage({ model: 'm', version: 3 });
    expect(version.bundle).toBe(digestFor('2'));
    expect(ancestors.map(({ run }) => run.id)).toEqual([chain[2], chain[1], chain[0]]);
    expect(ancestors.map(({ run }) => [run.commit, run.seeds])).toEqual([
      ['c2', 2],
      ['c1', 1],
      ['c0', 0],
    ]);
    expect(ancestors[1].dataset).toEqual(await store.datasets.get(digest));
    expect(ancestors[1].versions).toEqual([{ model: 'm', version: 2, bundle: digestFor('1') }]);
  });
}

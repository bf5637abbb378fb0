import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { folderArtifacts } from '../artifacts/folder-artifacts.ts';
import { ArtifactError, ConflictError } from '../errors.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../testing/postgres-server.cases.ts';
import {
  bytesOf,
  digestFor,
  type SharedPglite,
  type StoreUnderTest,
  sharedPglite,
  storeOver,
} from '../testing/store-under-test.cases.ts';
import { copyStore } from './copy-store.ts';
import { openPostgres } from './postgres.ts';
import { Store } from './store.ts';
import { tables } from './tables.ts';

/** Something in every table, with the texts and figures that are hard to carry over. */
async function fill(store: Store): Promise<void> {
  const dataset = digestFor('data');
  const statistics = {
    text: 'ß "quoted" \\ {}, \n\t',
    nested: [[1, null], { z: 1, a: true }],
    tiny: 5e-324,
    big: 1e300,
  };
  await store.datasets.record({ digest: dataset, name: 'digits', train: 10, test: 2, statistics });
  const reasons = { by: 'test', reason: "it's\nbetter; drop table \\ ' \" 🙂", figures: { p: 0.1 + 0.2 } };
  let parent: string | undefined;
  for (let i = 1; i <= 4; i++) {
    const run = await store.runs.create({
      pipeline: 'digits',
      config: { i },
      seeds: [i],
      dataset,
      parent,
      key: `k${i}`,
    });
    const { token } = await store.runs.claim(run.id, { worker: 'w', machine: { cores: 2 } });
    await store.runs.log(
      run.id,
      token,
      Array.from({ length: 700 }, (_, step) => ({ name: 'loss', step, value: Math.exp(-step) / 3 })),
    );
    await store.runs.log(run.id, token, [
      { name: 'bad', step: 0, value: Number.NaN },
      { name: 'bad', step: 1, value: -Infinity },
    ]);
    const { digest, bytes } = await store.runs.attach(run.id, token, 'model', bytesOf(`model ${i}`));
    const files = { 'model.onnx': { digest, bytes } };
    await store.versions.register({
      model: 'm',
      bundle: digestFor(`${i}`),
      run: run.id,
      token,
      metrics: { i },
      files,
    });
    await store.runs.complete(run.id, token, { i });
    await store.aliases.challenge({ model: 'm', version: i }, reasons);
    if (i < 4) await store.aliases.promote({ model: 'm', version: i }, { ...reasons, key: `p${i}` });
    parent = run.id;
  }
  await store.aliases.rollback('m', reasons);
  await fillJobs(store, parent!);
  await store.runs.create({ pipeline: 'digits', config: {}, seeds: 0 });
  await store.artifacts.put(bytesOf('referred to by nothing'));
}

/** What works by itself: a schedule, a check that started a run, the run's stages, a sweep. */
async function fillJobs({ runs, stages, schedules, checks, sweeps }: Store, finished: string): Promise<void> {
  const { id } = await runs.create({
    pipeline: 'digits',
    config: {},
    seeds: 1,
    trigger: 'schedule:nightly',
    priority: -3,
  });
  await stages.plan(id, ['data', 'train']);
  const { token } = await runs.claim(id, { worker: 'w' });
  await stages.start(id, token, 'data');
  await stages.succeed(id, token, 'data', { pictures: 10 });
  await stages.start(id, token, 'train');
  await stages.progress(id, token, 'train', { progress: 0.1, note: "epoch 1 of 10, \\ 'ß' 🙂" });
  await stages.fail(id, token, 'train', { reason: 'killed\nby SIGSEGV', kind: 'crash' });
  const times = { cron: '0 3 * * *', timeZone: 'Europe/Berlin', mode: 'needed' } as const;
  await schedules.put({ pipeline: 'digits', name: 'nightly', ...times });
  await schedules.put({ pipeline: 'digits', name: 'paused', ...times });
  await schedules.pause('digits', 'paused', true);
  const found = { needed: true, reasons: ['"drift"'], report: { psi: 0.1 + 0.2 }, key: 'slot' };
  const check = await checks.record({ pipeline: 'digits', trigger: 'schedule:nightly', ...found });
  await checks.linkRun(check.id, id);
  const sweep = await sweeps.create({ pipeline: 'digits', config: { lr: [5e-324] }, key: 'sweep' });
  await sweeps.addTrial(sweep.id, { trial: 0, rung: 1, parameters: { lr: 5e-324 }, run: finished });
}

/** What callers see of a store. */
async function viewOf(store: Store) {
  const runs = await store.runs.list();
  return {
    runs,
    metrics: await Promise.all(runs.map(({ id }) => store.runs.metrics(id))),
    files: await Promise.all(runs.map(({ id }) => store.runs.files(id))),
    aliases: await store.aliases.get('m'),
    history: await store.aliases.history('m'),
    decisions: await store.aliases.decisions('m'),
    lineage: await store.lineage({ model: 'm', version: 4 }),
    datasets: await store.datasets.list(),
    stages: await Promise.all(runs.map(({ id }) => store.stages.list(id))),
    schedules: await store.schedules.list(),
    checks: await store.checks.list(),
    sweeps: await store.sweeps.list(),
    trials: await Promise.all(runs.map(({ id }) => store.sweeps.ofRun(id))),
  };
}

describe.skipIf(postgresMissing)(`with a server${postgresMissing ? ` (${postgresMissing})` : ''}`, () => {
  let pglite: SharedPglite;
  let server: PostgresServer;
  beforeAll(async () => {
    pglite = await sharedPglite();
    server = await startPostgres();
  });
  afterAll(async () => {
    await pglite.end();
    await server.stop();
  });

  let embedded: StoreUnderTest;
  let remote: StoreUnderTest;
  beforeEach(async () => {
    embedded = await pglite.open();
    remote = await storeOver(openPostgres(await server.createDatabase()));
    await fill(embedded.store);
  });
  afterEach(async () => {
    await embedded.close();
    await remote.close();
  });

  test('everything goes to PostgreSQL and back', async () => {
    const [from, to] = [embedded.store, remote.store];
    const before = await viewOf(from);
    const report = await copyStore(from, to);
    expect(report.tables.map(({ table }) => table)).toEqual(tables.map(({ name }) => name));
    for (const { table, rows } of report.tables) expect([table, rows > 0]).toEqual([table, true]);
    expect(report.tables.find(({ table }) => table === 'run_metrics')!.rows).toBe(4 * 702);
    // The artifact that nothing refers to stays behind.
    expect(report.artifacts).toEqual({ copied: 4, bytes: 4 * 7 });
    expect(await viewOf(to)).toEqual(before);
    expect(await viewOf(from)).toEqual(before);
    for (const { digest } of before.files.flat()) await to.artifacts.get(digest);
    // A second time finds nothing to do.
    expect(await copyStore(from, to)).toEqual({ ...report, artifacts: { copied: 0, bytes: 0 } });
    // The copy goes on counting where the first store was.
    await to.aliases.promote({ model: 'm', version: 4 }, { by: 'test', reason: 'goes on' });
    const run = await to.runs
      .create({ pipeline: 'digits', config: {}, seeds: 9, key: 'k1' })
      .catch((error) => error);
    expect(run).toBeInstanceOf(ConflictError);
    await expect(copyStore(from, to)).rejects.toThrow(
      /table models: expected 1 rows of sha256.*; copy into an empty database/,
    );

    const after = await viewOf(to);
    const back = await pglite.emptyDatabase();
    const folder = await mkdtemp(join(tmpdir(), 'back-'));
    const third = await Store.over(back, folderArtifacts(folder));
    await copyStore(to, third);
    expect(await viewOf(third)).toEqual(after);
    await rm(folder, { recursive: true });
  });

  test('a copy that fails on the way leaves the other store empty, and can be made again', async () => {
    const [from, to] = [embedded.store, remote.store];
    const before = await viewOf(from);
    // The third artifact is damaged: nothing but the two before it arrives.
    const digests = before.files
      .flat()
      .map(({ digest }) => digest)
      .sort();
    await from.artifacts.remove(digests[2]);
    await expect(copyStore(from, to)).rejects.toThrow(ArtifactError);
    expect(await to.versions.models()).toEqual([]);
    await from.artifacts.put(
      bytesOf(`model ${[1, 2, 3, 4].find((i) => digestFor(`model ${i}`) === digests[2])}`),
    );
    // Then the server goes away in the middle of the rows.
    let inserts = 0;
    const flaky: Store['database'] = {
      ...to.database,
      transaction: (work) =>
        to.database.transaction((scope) =>
          work({
            ...scope,
            async query(sql, parameters) {
              if (sql.startsWith('insert') && ++inserts === 7) await server.cutConnections();
              return scope.query(sql, parameters);
            },
          }),
        ),
    };
    await expect(copyStore(from, await Store.over(flaky, to.artifacts))).rejects.toThrow();
    expect(inserts).toBe(7);
    expect(await to.versions.models()).toEqual([]);
    expect((await copyStore(from, to)).artifacts.copied).toBe(0);
    expect(await viewOf(to)).toEqual(before);
  });

  test('what changes while it is copied is either in the copy, or not', async () => {
    const [from, to] = [remote.store, embedded.store];
    await copyStore(embedded.store, from);
    const target = await Store.over(await pglite.emptyDatabase(), to.artifacts);
    let working = true;
    const writing = (async () => {
      for (let i = 0; working; i++) await from.runs.create({ pipeline: 'digits', config: { i }, seeds: i });
    })();
    const { tables: copied } = await copyStore(from, target);
    working = false;
    await writing;
    const runs = await target.runs.list({ limit: 10_000 });
    expect(runs).toHaveLength(copied.find(({ table }) => table === 'runs')!.rows);
    expect(runs.length).toBeLessThan((await from.runs.list({ limit: 10_000 })).length);
  });

  test('a store that shares its artifacts copies none', async () => {
    const shared = await Store.over(remote.store.database, embedded.store.artifacts);
    expect((await copyStore(embedded.store, shared)).artifacts).toEqual({ copied: 0, bytes: 0 });
    expect(await readdir(remote.store.artifacts.name)).toEqual([]);
  });
});

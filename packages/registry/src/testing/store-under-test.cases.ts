import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderArtifacts } from '../artifacts/folder-artifacts.ts';
import type { Run } from '../registry/run.ts';
import type { Version } from '../registry/versions.ts';
import type { Database } from '../store/database.ts';
import { Store } from '../store/store.ts';
import { newDatabase } from './new-database.cases.ts';

export interface StoreUnderTest {
  readonly store: Store;
  readonly close: () => Promise<void>;
}

/** Opens an empty store each time. */
export type StoreFactory = () => Promise<StoreUnderTest>;

export interface SharedPglite {
  readonly open: StoreFactory;
  /** Without a schema. */
  emptyDatabase(): Promise<Database>;
  end(): Promise<void>;
}

/** One PGlite in memory for all tests of a file, since it takes seconds to start; emptied for each. */
export async function sharedPglite(): Promise<SharedPglite> {
  const database = await newDatabase();
  const shared: Database = { ...database, close: async () => undefined };
  const emptyDatabase = async () => {
    await database.script('drop schema if exists trainyard cascade');
    return shared;
  };
  const emptyTables = async () => {
    const tables = await database.query<{ name: string }>(
      `select 'trainyard.' || tablename as name from pg_tables where schemaname = 'trainyard' and tablename <> 'migrations'`,
    );
    // `truncate` takes PGlite ten times as long.
    const deletions = tables.map(({ name }) => `delete from ${name}`).join('; ');
    await database.transaction((scope) => scope.script(`set constraints all deferred; ${deletions}`));
    return shared;
  };
  return {
    emptyDatabase,
    open: () => storeOver(emptyTables()),
    end: () => database.close(),
  };
}

/** A store over a database, with artifacts in a folder that goes with it. */
export async function storeOver(database: Database | Promise<Database>): Promise<StoreUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'registry-'));
  const store = await Store.over(await database, folderArtifacts(folder));
  return {
    store,
    async close() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The digest of a text: any digest that a test needs. */
export const digestFor = (text: string): string =>
  `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** An id that nothing has. */
export const unknownId = '00000000-0000-4000-8000-000000000000';

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A run that has succeeded. */
export async function finishedRun(
  store: Store,
  options: { parent?: string; key?: string } = {},
): Promise<Run> {
  const { id } = await store.runs.create({ pipeline: 'digits', config: { epochs: 2 }, seeds: 7, ...options });
  const { token } = await store.runs.claim(id, { worker: 'test' });
  return store.runs.complete(id, token, { accuracy: 0.99 });
}

/** Versions 1 to `count` of a model, all of one run. */
export async function registerVersions(store: Store, model: string, count: number): Promise<Version[]> {
  const run = await finishedRun(store);
  const versions: Version[] = [];
  for (let version = 1; version <= count; version++) {
    const bundle = digestFor(`${model} ${version}`);
    versions.push(await store.versions.register({ model, bundle, run: run.id, metrics: { version } }));
  }
  return versions;
}

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ConnectionError, InputError, SchemaError, StoreLockedError } from '../errors.ts';
import { startChild } from '../testing/child-process.cases.ts';
import { postgresMissing, startPostgres } from '../testing/postgres-server.cases.ts';
import { randomNumbers } from '../testing/random-numbers.cases.ts';
import { openStore } from './open-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-'));
  vi.stubEnv('TRAINYARD_DATABASE_URL', '');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const storeProcess = () => startChild(new URL('../testing/store-process.cases.ts', import.meta.url), folder);

test('a second opener gets one error that names the owner, and the owner works on', async () => {
  const child = storeProcess();
  await child.line('run ');
  const files = await readdir(join(folder, 'database'));
  const second = await openStore({ folder }).catch((error: Error) => error);
  expect(second).toBeInstanceOf(StoreLockedError);
  expect((second as Error).message).toMatch(
    new RegExp(
      `^${folder}: expected a store that no other process has open, got process ${child.pid} on .* has had it open`,
    ),
  );
  expect(await readdir(join(folder, 'database'))).toEqual(files);
  const before = child.lines.length;
  while (child.lines.length < before + 3) await wait(10);
  await child.kill();
});

test('what a store said was done is there after its process was killed, and the store opens at once', async () => {
  const draw = randomNumbers(8);
  const done: string[] = [];
  for (let round = 0; round < 5; round++) {
    const child = storeProcess();
    await child.line('run ');
    await wait(draw() * 500);
    await child.kill();
    done.push(...child.lines.filter((line) => line.startsWith('run ')).map((line) => line.slice(4)));
  }
  const store = await openStore({ folder });
  const runs = new Map((await store.runs.list({ limit: 10_000 })).map((run) => [run.id, run]));
  expect(done.length).toBeGreaterThan(4);
  for (const id of done) {
    expect(runs.get(id)).toMatchObject({ status: 'succeeded' });
    const [{ digest }] = await store.runs.files(id);
    expect(new TextDecoder().decode(await store.artifacts.get(digest))).toBe(id);
  }
  await store.artifacts.put(new Uint8Array(1));
  expect(await readdir(join(folder, 'artifacts', 'incoming'))).toEqual([]);
  await store.close();
  await store.close();
  expect((await readdir(folder)).sort()).toEqual(['artifacts', 'database']);
});

test('a store of a newer release is refused, and can be opened by that release still', async () => {
  const store = await openStore({ folder });
  await store.database.query(
    `insert into trainyard.migrations (version, name, digest) values (99, 'later', 'x')`,
  );
  await store.close();
  for (let i = 0; i < 2; i++) await expect(openStore({ folder })).rejects.toThrow(SchemaError);
  expect((await readdir(folder)).sort()).toEqual(['database']);
});

test('no server, and what is no URL, are said so without the password', async () => {
  const url = 'postgres://me:secret@127.0.0.1:1/runs';
  const refused = await openStore({ folder, url }).catch((error: Error) => error);
  expect(refused).toBeInstanceOf(ConnectionError);
  expect((refused as Error).message).toMatch(
    /^PostgreSQL runs at 127\.0\.0\.1:1: expected a PostgreSQL server that answers, got .*ECONNREFUSED.*; check TRAINYARD_DATABASE_URL/,
  );
  vi.stubEnv('TRAINYARD_DATABASE_URL', 'mysql://me:secret@host/db');
  const wrong = await openStore({ folder }).catch((error: Error) => error);
  expect(wrong).toBeInstanceOf(InputError);
  for (const error of [refused, wrong]) expect((error as Error).message).not.toContain('secret');
});

describe.skipIf(postgresMissing)(`with a server${postgresMissing ? ` (${postgresMissing})` : ''}`, () => {
  test('the variable leads to PostgreSQL, many may open it at once, and a cut connection is made again', async () => {
    const server = await startPostgres();
    try {
      vi.stubEnv('TRAINYARD_DATABASE_URL', await server.createDatabase());
      // All of them find an empty database, and one of them makes the schema.
      const stores = await Promise.all(Array.from({ length: 8 }, () => openStore({ folder })));
      const [first, second] = stores;
      expect(first.database.native.kind).toBe('postgres');
      const { id } = await first.runs.create({ pipeline: 'digits', config: {}, seeds: 1 });
      expect(await second.runs.get(id)).toMatchObject({ status: 'queued' });
      const broken = first.transaction(async (registry) => {
        await registry.runs.claim(id, { worker: 'cut off' });
        await server.cutConnections();
        await registry.runs.get(id);
      });
      await expect(broken).rejects.toThrow();
      await wait(100);
      expect(await first.runs.get(id)).toMatchObject({ status: 'queued' });
      await Promise.all(stores.map((store) => store.close()));
    } finally {
      await server.stop();
    }
  });
});

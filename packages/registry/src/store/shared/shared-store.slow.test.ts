import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { serialize } from 'node:v8';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ConnectionError, InputError, StoreLockedError } from '../../errors.ts';
import { type SharedPglite, sharedPglite } from '../../testing/store-under-test.cases.ts';
import { testStore } from '../../testing/test-store.cases.ts';
import type { Database } from '../database.ts';
import { sqlOf } from '../execute-sql.ts';
import { openStore } from '../open-store.ts';
import { Store } from '../store.ts';
import { newAddress } from './address.ts';
import { connectDatabase } from './connect-database.ts';
import { type SharedLimits, serveDatabase } from './serve-database.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shared-'));
  vi.stubEnv('TRAINYARD_DATABASE_URL', '');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

let pglite: SharedPglite;
let owner: Database;
beforeAll(async () => {
  pglite = await sharedPglite();
  owner = await pglite.emptyDatabase();
});
afterAll(() => pglite.end());

/** A client of the database in memory, and where it goes. */
async function serve(limits?: SharedLimits) {
  const address = newAddress(folder);
  const end = await serveDatabase(owner, address, limits);
  const client = await connectDatabase(address, 'shared');
  return {
    address,
    client,
    async [Symbol.asyncDispose]() {
      await client.close();
      await end();
    },
  };
}

describe('the suite of every store', () => {
  let address: string;
  let end: () => Promise<void>;
  beforeAll(async () => {
    address = newAddress(await mkdtemp(join(tmpdir(), 'suite-')));
    end = await serveDatabase(owner, address);
  });
  afterAll(async () => {
    await end();
    await rm(dirname(dirname(address)), { recursive: true });
  });
  testStore('PGlite of another process', async () => {
    const { store, close } = await pglite.open();
    const database = await connectDatabase(address, 'shared');
    return {
      store: await Store.over(database, store.artifacts),
      async close() {
        await database.close();
        await close();
      },
    };
  });
});

test('types, errors and transactions are those of the database itself', async () => {
  await using served = await serve();
  const { client } = served;
  const sql = `select 9007199254740991::int8 as int8, timestamptz '2026-01-02 03:04:05.678Z' as date, 1.50::numeric as numeric,
    'NaN'::float8 as nan, '-Infinity'::float8 as low, null as nothing, $1::text[] as texts, $2::float8[] as numbers,
    '{"a":[1,null,{"__proto__":2}],"$":"date"}'::jsonb as json, '\\x00ff'::bytea as bytes, $3::timestamptz as given, $4::bool as yes`;
  const parameters = [['a', null, 'ß"{},'], [1, 2.5], new Date(5), true];
  const rows = await client.query(sql, parameters);
  expect(rows).toEqual(await owner.query(sql, parameters));
  expect(rows).toMatchObject([
    { int8: 9007199254740991, date: new Date('2026-01-02T03:04:05.678Z'), numeric: '1.50' },
  ]);
  expect(await client.script('select 1 as a; select 2 as b')).toEqual([{ a: 1 }, { b: 2 }]);

  await client.script('create temp table things (id int constraint things_id primary key)');
  await client.query('insert into things values (1)');
  const double = async (database: Database) => {
    const error = await database.query('insert into things values (1)').catch((failed) => failed);
    const { name, message, code, constraint, detail, severity, table } = error;
    return { isError: error instanceof Error, name, message, code, constraint, detail, severity, table };
  };
  expect(await double(client)).toEqual(await double(owner));
  expect(await double(client)).toMatchObject({ isError: true, code: '23505', constraint: 'things_id' });

  await client.transaction(async (scope) => {
    await scope.query('insert into things values (2)');
    const inner = scope.transaction(async (deeper) => {
      await deeper.query('insert into things values (3)');
      throw new Error('not this one');
    });
    await expect(inner).rejects.toThrow('not this one');
  });
  const careless = client.transaction((scope) =>
    scope.query('insert into things values (2)').catch(() => undefined),
  );
  await expect(careless).rejects.toMatchObject({ code: '25P02' });
  expect(await owner.query('select id from things order by id')).toEqual([{ id: 1 }, { id: 2 }]);
  await expect(client.query('select $1', [(() => 0) as never])).rejects.toThrow('could not be cloned');

  // Texts that begin and commit, as queues send them; the failure of one is nobody else's.
  const executor = sqlOf(client);
  expect(await executor.executeSql('begin; insert into things values (4) returning id; commit;')).toEqual({
    rows: [{ id: 4 }],
  });
  const [failed, ...others] = await Promise.all([
    executor.executeSql('begin; insert into things values (4); commit;').catch((error) => error.code),
    client.query('select 5 as five'),
    owner.query('select 6 as six'),
  ]);
  expect([failed, others]).toEqual(['23505', [[{ five: 5 }], [{ six: 6 }]]]);
});

test('a client that goes, or falls silent, in a transaction is rolled back, and the others go on', async () => {
  await using served = await serve({ idle: 300 });
  const { address, client } = served;
  await client.script('create temp table marks (mark text)');
  const gone = await connectDatabase(address, 'shared');
  const left = gone.transaction(async (scope) => {
    await scope.query(`insert into marks values ('gone')`);
    await gone.close();
    await scope.query('select 1');
  });
  await expect(left).rejects.toThrow(ConnectionError);
  const silent = client.transaction(async (scope) => {
    await scope.query(`insert into marks values ('silent')`);
    await wait(600);
    return 'not committed';
  });
  const [outcome, waited] = await Promise.allSettled([silent, owner.query('select mark from marks')]);
  expect(outcome).toMatchObject({ status: 'rejected' });
  expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(ConnectionError);
  expect(waited).toEqual({ status: 'fulfilled', value: [] });
  // A statement that takes longer than the silence allowed is none.
  await client.transaction(async (scope) => {
    await scope.query('select pg_sleep(0.5)');
    await scope.query(`insert into marks values ('slow')`);
  });
  expect(await owner.query('select mark from marks')).toEqual([{ mark: 'slow' }]);
});

test('50 MB arrive whole, a reader that stalls is waited for, and what is larger than the limit is refused', async () => {
  await using served = await serve({ bytes: 60_000_000 });
  const { address, client } = served;
  const [{ text }] = await client.query<{ text: string }>(`select repeat('0123456789', 5000000) as text`);
  expect(text).toBe('0123456789'.repeat(5_000_000));
  await expect(client.query(`select repeat('x', 61000000) as text`)).rejects.toThrow(InputError);

  // 40 answers of 5 MB for one who reads none of them: the owner goes on, and does not even ask for all.
  const raw = connect(address);
  await once(raw, 'connect');
  raw.pause();
  const sql = `select repeat('x', 5000000) as text, nextval('asked')`;
  await client.script('create temp sequence asked');
  for (let id = 1; id <= 40; id++) {
    raw.write(frameOf({ id, type: 'query', sql, parameters: [] }));
    await wait(10);
  }
  await wait(500);
  const [{ asked }] = await client.query<{ asked: number }>('select last_value as asked from asked');
  expect(asked).toBeLessThan(40);
  let bytes = 0;
  raw.on('data', (data: Buffer) => {
    bytes += data.length;
  });
  raw.resume();
  while (bytes < 40 * 5_000_000) await wait(20);
  raw.destroy();
});

const frameOf = (message: unknown): Buffer => {
  const body = serialize(message);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(body.length);
  return Buffer.concat([head, body]);
};

test('what is no request ends its connection, and nothing else', async () => {
  await using served = await serve();
  const { address, client } = served;
  const length = (bytes: number) => Buffer.from(new Uint32Array([bytes]).buffer);
  const hostile: Record<string, Buffer> = {
    'too large': length(0xffffffff),
    'over the limit': length(256 * 1024 * 1024 + 1),
    empty: length(0),
    'no clone': Buffer.concat([length(5), Buffer.from('hello')]),
    http: Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    'a clone cut short': Buffer.concat([length(6), serialize({ a: 'long enough' }).subarray(0, 6)]),
    null: frameOf(null),
    'no id': frameOf({ type: 'query', sql: 'select 1', parameters: [] }),
    'no parameters': frameOf({ id: 1, type: 'query', sql: 'select 1' }),
    'sql of another type': frameOf({ id: 1, type: 'script', sql: { toString: 'x' } }),
    'an unknown type': frameOf({ id: 1, type: 'shutdown' }),
    'a commit of nothing': frameOf({ id: 1, type: 'commit' }),
    'two of one number': Buffer.concat([
      frameOf({ id: 1, type: 'begin' }),
      frameOf({ id: 1, type: 'begin' }),
    ]),
  };
  for (const [name, bytes] of Object.entries(hostile)) {
    const raw = connect(address);
    raw.on('error', () => undefined).resume();
    const closed = once(raw, 'close').then(() => name);
    raw.write(bytes);
    expect(await Promise.race([closed, wait(5000, `${name}: still connected`)])).toBe(name);
    expect(await client.query('select 1 as one')).toEqual([{ one: 1 }]);
  }
  // Well formed, and wrong: answers are errors.
  for (const parameters of [[{ a: Symbol.iterator.toString() }, 2n], [undefined]])
    await client.query('select $1::int as a, $2::int as b', parameters as never).catch(() => undefined);
  expect(await client.query('select 1 as one')).toEqual([{ one: 1 }]);
  const random = Array.from({ length: 300 }, (_, i) => Buffer.from(serialize({ i, text: 'x'.repeat(i) })));
  for (const [i, body] of random.entries()) {
    body[(i * 7) % body.length] ^= 1 << (i % 8);
    const raw = connect(address);
    raw.on('error', () => undefined).resume();
    raw.end(Buffer.concat([length(body.length), body]));
    await once(raw, 'close');
  }
  expect(await client.query('select 1 as one')).toEqual([{ one: 1 }]);
});

test.skipIf(process.platform === 'win32')('sockets lie where only this user comes', async () => {
  await mkdir(join(folder, 'shared'));
  await chmod(join(folder, 'shared'), 0o777);
  const served = await serve();
  const inside = dirname(served.address);
  expect(inside).toBe(join(folder, 'shared'));
  expect((await stat(inside)).mode & 0o777).toBe(0o700);
  await chmod(inside, 0o770);
  await expect(connectDatabase(served.address, 'shared')).rejects.toThrow(/a folder of this user's alone/);
  await served[Symbol.asyncDispose]();
  expect(await readdir(folder)).toEqual([]);

  const long = join(folder, 'long'.repeat(30));
  const elsewhere = newAddress(long);
  expect(dirname(dirname(elsewhere))).toBe(tmpdir());
  expect(newAddress(long)).not.toBe(elsewhere);
  const end = await serveDatabase(owner, elsewhere);
  expect((await stat(dirname(elsewhere))).mode & 0o777).toBe(0o700);
  await (await connectDatabase(elsewhere, 'shared')).close();
  await end();
  await expect(stat(dirname(elsewhere))).rejects.toThrow('ENOENT');
});

test('two that open at once are an owner and a client; a plain opener is refused; the client becomes the owner', async () => {
  const open = () => openStore({ folder, share: true });
  const stores = await Promise.all([open(), open(), open()]);
  expect(stores.map(({ database }) => database.native.kind).sort()).toEqual(['pglite', 'shared', 'shared']);
  const { address } = JSON.parse(await readFile(join(folder, 'lock'), 'utf8'));
  expect(stores.map(({ database: { native } }) => native)).toContainEqual({ kind: 'shared', address });
  await expect(openStore({ folder })).rejects.toThrow(StoreLockedError);
  const first = stores.find(({ database }) => database.native.kind === 'pglite')!;
  const [second, third] = stores.filter((store) => store !== first);
  const { id } = await second.runs.create({ pipeline: 'digits', config: {}, seeds: 1 });
  expect((await third.runs.get(id)).id).toBe(id);
  await first.close();
  await expect(second.runs.get(id)).rejects.toThrow(ConnectionError);
  await expect(third.runs.get(id)).rejects.toThrow('it has ended');
  // The next call opens it again.
  const found = await Promise.all([second.runs.get(id), third.runs.get(id)]);
  expect(found.map((run) => run.id)).toEqual([id, id]);
  expect([second, third].map(({ database }) => database.native.kind).sort()).toEqual(['pglite', 'shared']);
  await Promise.all([second.close(), third.close(), third.close()]);
  expect((await readdir(folder)).sort()).toEqual(['database']);

  // Who does not share is not waited for.
  const alone = await openStore({ folder });
  await expect(open()).rejects.toThrow(StoreLockedError);
  await alone.close();
});

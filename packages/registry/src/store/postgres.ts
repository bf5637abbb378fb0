import { setTimeout as wait } from 'node:timers/promises';
import pg, { type PoolClient } from 'pg';
import { ConnectionError, codeOf, messageOf } from '../errors.ts';
import { type Database, inSavepoint, type Queryable, type SqlValue } from './database.ts';

export interface PostgresOptions {
  /** Connections of this process at most; 4 unless given. */
  readonly connections?: number;
  /** Milliseconds to wait for a connection; 10,000 unless given. */
  readonly connectTimeout?: number;
}

const int8 = 20;
/** Serialization failures and deadlocks: PostgreSQL asks for the transaction to be run again. */
const again = new Set(['40001', '40P01']);
const attempts = 10;

/**
 * A pool of connections to PostgreSQL 13 or newer; the first one is made and tried.
 * @throws ConnectionError where there is no such server, user or database
 */
export async function openPostgres(url: string, options: PostgresOptions = {}): Promise<Database> {
  const { connections = 4, connectTimeout = 10_000 } = options;
  const name = describeUrl(url);
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connectTimeout,
    keepAlive: true,
    application_name: 'trainyard',
    types: {
      getTypeParser: ((oid: number, format?: 'text') =>
        oid === int8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  });
  // A connection that breaks while nobody uses it is replaced; without a listener it would end the process.
  pool.on('error', () => undefined);
  try {
    await pool.query('select 1');
  } catch (cause) {
    await pool.end();
    throw new ConnectionError(
      name,
      'a PostgreSQL server that answers',
      messageOf(cause),
      'check TRAINYARD_DATABASE_URL, or unset it for the embedded store',
      { cause },
    );
  }
  let closing: Promise<void> | undefined;
  return {
    native: { kind: 'postgres', pool, url },
    name,
    async query<Row extends object>(sql: string, parameters: readonly SqlValue[] = []) {
      return (await pool.query<Row>(sql, [...parameters])).rows as Row[];
    },
    async script(sql) {
      return rowsOf(await pool.query(sql));
    },
    async transaction(work) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await inTransaction(await pool.connect(), work);
        } catch (error) {
          if (attempt === attempts || !again.has(codeOf(error) ?? '')) throw error;
          await wait(Math.random() * 10 * 2 ** attempt);
        }
      }
    },
    close() {
      closing ??= pool.end();
      return closing;
    },
  };
}

async function inTransaction<T>(client: PoolClient, work: (scope: Queryable) => Promise<T>): Promise<T> {
  let broken: Error | undefined;
  // A connection that is cut while a transaction holds it reports so here as well.
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query('begin');
    const result = await work(scopeOf(client, 1));
    const { command } = await client.query('commit');
    if (command !== 'COMMIT')
      throw new Error('a statement of the transaction had failed: nothing is committed');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failed: Error) => {
      broken ??= failed;
    });
    throw error;
  } finally {
    client.removeListener('error', onError);
    client.release(broken);
  }
}

/** The driver gives one result, or an array of them for several statements. */
const rowsOf = (results: unknown): Record<string, unknown>[] =>
  [results].flat().flatMap((result) => (result as pg.QueryResult<Record<string, unknown>>).rows);

function scopeOf(client: PoolClient, depth: number): Queryable {
  const script = async (sql: string) => rowsOf(await client.query(sql));
  return {
    async query<Row extends object>(sql: string, parameters: readonly SqlValue[] = []) {
      return (await client.query<Row>(sql, [...parameters])).rows as Row[];
    },
    script,
    transaction: (work) => inSavepoint(script, depth, () => work(scopeOf(client, depth + 1))),
  };
}

/** Server and database of a URL: what may be shown, without user and password. */
function describeUrl(url: string): string {
  try {
    const { hostname, port, pathname, searchParams } = new URL(url);
    const host = searchParams.get('host') ?? decodeURIComponent(hostname);
    return `PostgreSQL ${pathname.slice(1) || 'default'} at ${host}${port ? `:${port}` : ''}`;
  } catch {
    return 'PostgreSQL';
  }
}

import { ConnectionError } from '../../errors.ts';
import type { Database, Queryable, SqlValue } from '../database.ts';

export interface ServedTransaction {
  /** Settles when the transaction has its turn. */
  readonly begun: Promise<void>;
  /** Settles when it is committed or rolled back, for whatever reason. */
  readonly over: Promise<void>;
  query(sql: string, parameters: readonly SqlValue[]): Promise<object[]>;
  script(sql: string): Promise<object[]>;
  /** @throws what the database says where it can't be committed */
  end(how: 'commit' | 'rollback'): Promise<void>;
}

/** A transaction whose statements come one by one from outside. It is rolled back after `idle` ms without any. */
export function serveTransaction(database: Database, idle: number): ServedTransaction {
  let scope: Queryable | undefined;
  let decide: (how: 'commit' | 'rollback') => void = () => undefined;
  const decision = new Promise<'commit' | 'rollback'>((resolve) => {
    decide = resolve;
  });
  let timer: NodeJS.Timeout | undefined;
  let running = 0;
  const rest = () => {
    timer = setTimeout(decide, idle, 'rollback').unref();
  };
  let has: () => void = () => undefined;
  const turn = new Promise<void>((resolve) => {
    has = resolve;
  });
  const work = database
    .transaction(async (inside) => {
      scope = inside;
      rest();
      has();
      if ((await decision) === 'rollback') throw new RolledBack();
    })
    .finally(() => clearTimeout(timer));
  const over = work.catch(() => undefined);

  async function run<T>(statement: (scope: Queryable) => Promise<T>): Promise<T> {
    if (!scope) throw new Error('expected a transaction that has begun');
    clearTimeout(timer);
    running += 1;
    try {
      return await statement(scope);
    } finally {
      running -= 1;
      // However long a statement took, the time for the next one counts from here.
      if (running === 0) rest();
    }
  }
  return {
    begun: Promise.race([turn, work]),
    over,
    query: (sql, parameters) => run((inside) => inside.query(sql, parameters)),
    script: (sql) => run((inside) => inside.script(sql)),
    async end(how) {
      decide(how);
      try {
        await work;
      } catch (error) {
        if (!(error instanceof RolledBack)) throw error;
        // The time may have run out just before the commit came.
        if (how === 'commit') throw silent(database.name, idle);
      }
    },
  };
}

export const silent = (name: string, idle: number): ConnectionError =>
  new ConnectionError(
    name,
    'a transaction that is open',
    `one that is over, and rolled back if nothing came from it for ${idle / 1000} s`,
    'run it again',
  );

class RolledBack extends Error {}

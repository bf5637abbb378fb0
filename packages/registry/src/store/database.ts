import type { PGlite } from '@electric-sql/pglite';
import type { Pool } from 'pg';

export type SqlScalar = string | number | boolean | Date | null;
export type SqlValue = SqlScalar | readonly (string | number | null)[];

/**
 * PostgreSQL's dialect, wherever it runs. Rows are plain objects: int8 a number, timestamptz a Date, jsonb parsed,
 * numeric text.
 */
export interface Queryable {
  /** One statement; `$1`, `$2`, … stand for the parameters. */
  query<Row extends object>(sql: string, parameters?: readonly SqlValue[]): Promise<Row[]>;
  /** Statements without parameters, separated by semicolons. @returns the rows of all of them, one after the other */
  script(sql: string): Promise<Record<string, unknown>[]>;
  /**
   * Runs `work` in a transaction: all of it, or nothing when it throws. Inside of another one it is a savepoint.
   * `work` may run more than once, after a deadlock or a failed serialization, and must use its argument alone:
   * on the embedded database, a query on the outer one would wait for the transaction that waits for it.
   */
  transaction<T>(work: (scope: Queryable) => Promise<T>): Promise<T>;
}

/** What implements the database, for engines that share it, such as a queue: pg-boss has adapters for both. */
export type NativeDatabase =
  | { readonly kind: 'pglite'; readonly pglite: PGlite }
  | { readonly kind: 'postgres'; readonly pool: Pool; readonly url: string }
  /** PGlite of another process of this machine. */
  | { readonly kind: 'shared'; readonly address: string };

export interface Database extends Queryable {
  readonly native: NativeDatabase;
  /** How errors and pages call it; without a password. */
  readonly name: string;
  /** Runs again after the first call do nothing. */
  close(): Promise<void>;
}

/** Runs `work` between a savepoint and its release, or goes back to the savepoint. */
export async function inSavepoint<T>(
  script: (sql: string) => Promise<unknown>,
  depth: number,
  work: () => Promise<T>,
): Promise<T> {
  await script(`savepoint trainyard_${depth}`);
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await script(`rollback to savepoint trainyard_${depth}; release savepoint trainyard_${depth}`);
    throw error;
  }
  await script(`release savepoint trainyard_${depth}`);
  return result;
}

/** The one row of a statement that always gives one. */
export function only<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined || rows.length !== 1) throw new Error(`expected one row, got ${rows.length}`);
  return row;
}

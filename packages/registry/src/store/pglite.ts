import { PGlite, type PGliteOptions, type Transaction, types } from '@electric-sql/pglite';
import { type Database, inSavepoint, type Queryable, type SqlValue } from './database.ts';

export interface PgliteParts {
  /** Called before each statement outside of a transaction, and before each transaction; throws to forbid it. */
  readonly guard?: () => Promise<void>;
  /** Called when the database is closed. */
  readonly onClose?: () => Promise<void>;
  readonly options?: PGliteOptions;
}

/**
 * PostgreSQL in this process, in a folder, or in memory where none is given. It takes no lock on the folder:
 * `openStore` does.
 */
export async function openPglite(folder?: string, parts: PgliteParts = {}): Promise<Database> {
  const options = { ...parts.options, parsers: { [types.INT8]: Number } };
  const pglite = await PGlite.create(folder ?? 'memory://', options);
  return pgliteDatabase(pglite, folder ?? 'PGlite in memory', parts);
}

function pgliteDatabase(pglite: PGlite, name: string, { guard, onClose }: PgliteParts): Database {
  let closing: Promise<void> | undefined;
  return {
    native: { kind: 'pglite', pglite },
    name,
    async query<Row extends object>(sql: string, parameters: readonly SqlValue[] = []) {
      await guard?.();
      return (await pglite.query<Row>(sql, [...parameters])).rows as Row[];
    },
    async script(sql) {
      await guard?.();
      if (!begins.test(sql)) return rowsOf(await pglite.exec(sql));
      // Where a statement fails between its `begin` and `commit`, nobody else gets a turn before the rollback.
      return pglite.transaction(async (transaction) => rowsOf(await transaction.exec(sql)));
    },
    async transaction(work) {
      await guard?.();
      return pglite.transaction(async (transaction) => {
        const result = await work(scopeOf(transaction, 1));
        // Fails where a statement did and `work` went on: a commit would then be a silent rollback.
        await transaction.exec('select');
        return result;
      });
    },
    close() {
      closing ??= (async () => {
        try {
          await pglite.close();
        } finally {
          await onClose?.();
        }
      })();
      return closing;
    },
  };
}

/** A text that may begin a transaction of its own. */
const begins = /\b(begin|start\s+transaction)\b/i;

const rowsOf = (results: readonly { readonly rows?: unknown[] }[]) =>
  results.flatMap(({ rows = [] }) => rows as Record<string, unknown>[]);

function scopeOf(transaction: Transaction, depth: number): Queryable {
  const script = async (sql: string) => rowsOf(await transaction.exec(sql));
  return {
    async query<Row extends object>(sql: string, parameters: readonly SqlValue[] = []) {
      return (await transaction.query<Row>(sql, [...parameters])).rows as Row[];
    },
    script,
    transaction: (work) => inSavepoint(script, depth, () => work(scopeOf(transaction, depth + 1))),
  };
}

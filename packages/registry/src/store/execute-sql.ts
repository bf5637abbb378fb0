import type { Queryable, SqlValue } from './database.ts';

/** What queues and query builders ask of a database: text, values, rows. pg-boss calls it `IDatabase`. */
export interface SqlExecutor {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/**
 * A database, or the transaction that a scope is, as pg-boss wants it. A text without values may hold several
 * statements, `begin; …; commit;` among them, and gives the rows of all.
 */
export const sqlOf = (database: Queryable): SqlExecutor => ({
  async executeSql(text, values = []) {
    const rows =
      values.length > 0
        ? await database.query<Record<string, unknown>>(text, values as SqlValue[])
        : await database.script(text);
    return { rows };
  },
});

import { ConnectionError, StoreLockedError } from '../../errors.ts';
import type { Database } from '../database.ts';

/**
 * A database that is opened again when it was lost, as the pool of a server makes new connections. The call that lost
 * it fails, since nobody knows whether it was done; the next one opens it.
 */
export async function lastingDatabase(open: () => Promise<Database>): Promise<Database> {
  let database = await open();
  let opening: Promise<Database> | undefined;
  let lost = false;
  let closed = false;

  function current(): Promise<Database> {
    if (!lost || closed) return Promise.resolve(database);
    opening ??= open()
      .then(async (opened) => {
        database = opened;
        lost = false;
        if (closed) await opened.close();
        return opened;
      })
      .finally(() => {
        opening = undefined;
      });
    return opening;
  }

  async function use<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const used = await current();
    try {
      return await work(used);
    } catch (error) {
      if (used === database && !lost && isLoss(error)) {
        lost = true;
        await used.close().catch(() => undefined);
      }
      throw error;
    }
  }

  return {
    get native() {
      return database.native;
    },
    name: database.name,
    query: (sql, parameters) => use((used) => used.query(sql, parameters)),
    script: (sql) => use((used) => used.script(sql)),
    transaction: (work) => use((used) => used.transaction(work)),
    async close() {
      closed = true;
      await opening?.catch(() => undefined);
      await database.close();
    },
  };
}

const isLoss = (error: unknown): boolean =>
  error instanceof ConnectionError || error instanceof StoreLockedError;

import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { collectGarbage, type Garbage } from '../registry/collect-garbage.ts';
import { Registry } from '../registry/registry.ts';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';

/** A registry that is open: its database has the newest schema. */
export class Store extends Registry {
  declare readonly database: Database;

  private constructor(database: Database, artifacts: ArtifactStore) {
    super(database, artifacts);
  }

  /**
   * The registry in a database, which is brought to the newest schema. `close` closes the database.
   * @throws SchemaError when the database is newer than this code
   */
  static async over(database: Database, artifacts: ArtifactStore): Promise<Store> {
    await migrate(database);
    return new Store(database, artifacts);
  }

  /**
   * Several changes as one: all, or none when `work` throws. `work` uses its argument alone, and may run again after a
   * deadlock.
   */
  transaction<T>(work: (registry: Registry) => Promise<T>): Promise<T> {
    return this.database.transaction((scope) => work(new Registry(scope, this.artifacts)));
  }

  /** Removes artifacts that nothing refers to, and that were last put more than `olderThan` seconds (3600) ago. */
  collectGarbage(options?: { readonly olderThan?: number }): Promise<Garbage> {
    return collectGarbage(this.database, this.artifacts, options);
  }

  close(): Promise<void> {
    return this.database.close();
  }
}

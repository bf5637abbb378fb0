import { join, resolve } from 'node:path';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { artifactsFrom } from '../artifacts/artifacts-from.ts';
import { InputError } from '../errors.ts';
import type { Database } from './database.ts';
import { lockFolder } from './owner-lock.ts';
import { openPglite } from './pglite.ts';
import { openPostgres, type PostgresOptions } from './postgres.ts';
import { Store } from './store.ts';

export interface StoreOptions {
  /** A PostgreSQL database; TRAINYARD_DATABASE_URL unless given, and the embedded database where that is unset. */
  readonly url?: string;
  /** Holds the embedded database, and the artifacts; `.trainyard/store` unless given. */
  readonly folder?: string;
  /**
   * Where artifacts are; what TRAINYARD_ARTIFACTS names unless given, and in the folder where that is unset. Workers of
   * several machines must share them.
   */
  readonly artifacts?: ArtifactStore;
  readonly postgres?: PostgresOptions;
}

/**
 * Opens the registry: PostgreSQL where a URL is given or set, else PGlite in the folder, which one process may have
 * open at a time.
 * @throws StoreLockedError, ConnectionError, SchemaError
 */
export async function openStore(options: StoreOptions = {}): Promise<Store> {
  const { url = process.env.TRAINYARD_DATABASE_URL, postgres } = options;
  const folder = resolve(options.folder ?? join('.trainyard', 'store'));
  const named = process.env.TRAINYARD_ARTIFACTS || join(folder, 'artifacts');
  const artifacts = options.artifacts ?? (await artifactsFrom(named));
  const database = url ? await openPostgres(checkUrl(url), postgres) : await openEmbedded(folder);
  try {
    return await Store.over(database, artifacts);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openEmbedded(folder: string): Promise<Database> {
  const lock = await lockFolder(join(folder, 'lock'));
  try {
    return await openPglite(join(folder, 'database'), { guard: lock.check, onClose: lock.release });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function checkUrl(url: string): string {
  if (/^postgres(ql)?:\/\//.test(url)) return url;
  // Not quoted: it may hold a password.
  throw new InputError('TRAINYARD_DATABASE_URL', 'postgres://user@host:port/database', 'another form');
}

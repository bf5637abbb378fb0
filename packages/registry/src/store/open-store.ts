import { join, resolve } from 'node:path';
import { setImmediate as turnOfOthers, setTimeout as wait } from 'node:timers/promises';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { artifactsFrom } from '../artifacts/artifacts-from.ts';
import { codeOf, InputError, StoreLockedError } from '../errors.ts';
import type { Database } from './database.ts';
import { lockFolder, ownerOf } from './owner-lock.ts';
import { openPglite } from './pglite.ts';
import { openPostgres, type PostgresOptions } from './postgres.ts';
import { newAddress } from './shared/address.ts';
import { connectDatabase } from './shared/connect-database.ts';
import { lastingDatabase } from './shared/lasting-database.ts';
import { serveDatabase } from './shared/serve-database.ts';
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
  /**
   * Whether processes of this machine and user share the embedded database: the first one opens it, the others go
   * through that one. When it ends, what they have under way fails with a ConnectionError; the next call makes one of
   * them the owner.
   */
  readonly share?: boolean;
}

/**
 * Opens the registry: PostgreSQL where a URL is given or set, else PGlite in the folder, which one process may have
 * open at a time.
 * @throws StoreLockedError, ConnectionError, SchemaError
 */
export async function openStore(options: StoreOptions = {}): Promise<Store> {
  const { url = process.env.TRAINYARD_DATABASE_URL, postgres, share = false } = options;
  const folder = resolve(options.folder ?? join('.trainyard', 'store'));
  const named = process.env.TRAINYARD_ARTIFACTS || join(folder, 'artifacts');
  const artifacts = options.artifacts ?? (await artifactsFrom(named));
  const database = url
    ? await openPostgres(checkUrl(url), postgres)
    : await (share ? lastingDatabase(() => openShared(folder)) : openEmbedded(folder));
  try {
    return await Store.over(database, artifacts);
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Milliseconds that the owner may take to open the database, which others wait for. */
const patience = 60_000;

/** As the owner, or through the owner. */
async function openShared(folder: string): Promise<Database> {
  for (const end = performance.now() + patience; ; await wait(50 + Math.random() * 100)) {
    try {
      return await openEmbedded(folder, newAddress(folder));
    } catch (error) {
      if (!(error instanceof StoreLockedError)) throw error;
      const owner = await ownerOf(join(folder, 'lock'));
      if (!owner) continue;
      if (owner.address === undefined) throw error;
      try {
        return await connectDatabase(owner.address, folder);
      } catch (cause) {
        // It opens the database still, or has just ended.
        if (!absent.has(codeOf(cause) ?? '')) throw cause;
      }
      if (performance.now() > end) throw error;
    }
  }
}

/** Of a socket that isn't there yet, is there no more, or that nobody listens at. */
const absent = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE']);

/** As the owner, which others reach at the address, where one is given. */
async function openEmbedded(folder: string, address?: string): Promise<Database> {
  const lock = await lockFolder(join(folder, 'lock'), undefined, { address });
  try {
    const guard = async () => {
      await lock.check();
      // PGlite computes in this thread, and gives no turn to sockets: a busy owner would serve nobody else.
      if (address !== undefined) await turnOfOthers();
    };
    const opened = { guard, onClose: lock.release };
    const database = await openPglite(join(folder, 'database'), opened);
    return address === undefined ? database : await shared(database, address);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The database, which others use until it is closed. */
async function shared(database: Database, address: string): Promise<Database> {
  const end = await serveDatabase(database, address).catch(async (error) => {
    await database.close();
    throw error;
  });
  let closing: Promise<void> | undefined;
  return {
    ...database,
    close() {
      closing ??= end().finally(() => database.close());
      return closing;
    },
  };
}

function checkUrl(url: string): string {
  if (/^postgres(ql)?:\/\//.test(url)) return url;
  // Not quoted: it may hold a password.
  throw new InputError('TRAINYARD_DATABASE_URL', 'postgres://user@host:port/database', 'another form');
}

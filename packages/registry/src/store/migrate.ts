import { SchemaError } from '../errors.ts';
import { digestOfText } from '../json.ts';
import { migrations as all, type Migration } from '../migrations/index.ts';
import { type Database, only, type Queryable } from './database.ts';

/** Any number that others are unlikely to lock: who migrates holds it to the end of the transaction. */
const advisoryLock = 7_265_113;

interface Applied {
  readonly version: number;
  readonly name: string;
  readonly digest: string;
}

/**
 * Brings the schema `trainyard` to the newest version, in one transaction: all that is missing, or nothing.
 * Several processes may do it at once.
 * @returns the versions that were applied now
 * @throws SchemaError when the database is newer than the code, or a migration that was applied has changed since
 */
export async function migrate(
  database: Database,
  migrations: readonly Migration[] = all,
): Promise<readonly number[]> {
  checkOrder(migrations);
  // Without a lock first: nearly every opening finds nothing to do.
  if (missing(database.name, await appliedTo(database), migrations).length === 0) return [];
  return database.transaction(async (scope) => {
    await scope.query('select pg_advisory_xact_lock($1)', [advisoryLock]);
    await scope.script(`
      create schema if not exists trainyard;
      create table if not exists trainyard.migrations (
        version bigint primary key,
        name text not null,
        digest text not null,
        applied timestamptz not null default clock_timestamp()
      )`);
    const steps = missing(database.name, await appliedTo(scope), migrations);
    for (const step of steps) {
      await scope.script(step.sql);
      await scope.query('insert into trainyard.migrations (version, name, digest) values ($1, $2, $3)', [
        step.version,
        step.name,
        digestOfText(step.sql),
      ]);
    }
    return steps.map(({ version }) => version);
  });
}

/** The migrations that a database has, the oldest first. */
export async function appliedTo(scope: Queryable): Promise<Applied[]> {
  const { exists } = only(
    await scope.query<{ exists: boolean }>(
      `select to_regclass('trainyard.migrations') is not null as exists`,
    ),
  );
  if (!exists) return [];
  return scope.query<Applied>('select version, name, digest from trainyard.migrations order by version');
}

function missing(where: string, applied: readonly Applied[], migrations: readonly Migration[]): Migration[] {
  const newest = applied.at(-1)?.version ?? 0;
  if (newest > migrations.length)
    throw new SchemaError(
      where,
      `a schema of version ${migrations.length} at most`,
      `version ${newest}`,
      'update @trainyard/registry: this database was used by a newer one',
    );
  for (const [at, { version, name, digest }] of applied.entries()) {
    const own = migrations[at];
    if (!own || version !== own.version || digest !== digestOfText(own.sql))
      throw new SchemaError(
        where,
        `migration ${at + 1} (${own?.name}) as this code has it`,
        `${version} (${name}) of other content`,
        'use the release of @trainyard/registry that made the database, or restore it from a copy',
      );
  }
  return migrations.slice(applied.length);
}

function checkOrder(migrations: readonly Migration[]): void {
  for (const [at, { version, name }] of migrations.entries())
    if (version !== at + 1)
      throw new SchemaError('migrations', `version ${at + 1} at place ${at + 1}`, `${version} (${name})`);
}

import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Database } from '../store/database.ts';
import { openPglite } from '../store/pglite.ts';

const pgliteFile = createRequire(import.meta.url).resolve('@electric-sql/pglite');

/**
 * PGlite in memory. Making the files of a database takes it five seconds, so those of the first one, which is empty,
 * are kept beside the packages, by PGlite's version, for later tests.
 */
export async function newDatabase(): Promise<Database> {
  const file = await keptFile();
  const kept = await readFile(file).catch(() => undefined);
  if (kept) return openPglite(undefined, { options: { loadDataDir: new Blob([kept]) } });
  const database = await openPglite();
  if (database.native.kind !== 'pglite') throw new Error(`expected PGlite, got ${database.native.kind}`);
  const files = await database.native.pglite.dumpDataDir('none');
  // Renamed when it is whole: another test may look meanwhile.
  const partial = `${file}.${randomUUID()}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(partial, Buffer.from(await files.arrayBuffer()));
  await rename(partial, file);
  return database;
}

async function keptFile(): Promise<string> {
  const manifest = await readFile(join(dirname(pgliteFile), '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const modules = pgliteFile.slice(0, pgliteFile.lastIndexOf('node_modules') + 'node_modules'.length);
  return join(modules, '.cache', 'trainyard', `pglite-${version}.tar`);
}

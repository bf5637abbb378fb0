import { createHash } from 'node:crypto';
import { ConflictError } from '../errors.ts';
import { only, type Queryable } from './database.ts';
import type { Store } from './store.ts';
import { type Table, tables } from './tables.ts';

export interface CopiedTable {
  readonly table: string;
  readonly rows: number;
  /** Of all rows, in the order of their keys; the same in both stores. */
  readonly digest: string;
}

export interface CopyReport {
  readonly tables: readonly CopiedTable[];
  /** Artifacts that the other store did not have, and their bytes together. */
  readonly artifacts: { readonly copied: number; readonly bytes: number };
}

/** Rows that go in one statement. */
const pageRows = 500;

/**
 * Copies everything from one store to another: from PGlite to PostgreSQL, back, or between two of a kind. Artifacts go
 * first, one by one, so a copy that was broken off goes on where it was; then all rows, in one transaction, which ends
 * only when counts and digests of all tables agree. The first store stays as it is, as of the moment of the start.
 * @throws ConflictError when the other store holds something else than a copy of this one; nothing is changed then
 */
export async function copyStore(from: Store, to: Store): Promise<CopyReport> {
  return from.database.transaction(async (source) => {
    // A snapshot: all tables as of one moment, whoever writes meanwhile.
    await source.script('set transaction isolation level repeatable read, read only');
    await prepare(source);
    const artifacts = await copyArtifacts(source, from, to);
    const copied = await to.database.transaction(async (target) => {
      await prepare(target);
      await target.script(
        `lock table ${tables.map(({ name }) => `trainyard.${name}`).join(', ')} in exclusive mode`,
      );
      await target.script('set constraints all deferred');
      if (await isEmpty(target)) for (const table of tables) await copyTable(source, target, table);
      const report: CopiedTable[] = [];
      for (const table of tables) report.push(await compareTable(source, target, table, to.database.name));
      return report;
    });
    return { tables: copied, artifacts };
  });
}

/** Times as text must not depend on the settings of a session. */
const prepare = (scope: Queryable) =>
  scope.script(`set local time zone 'UTC'; set local extra_float_digits = 1`);

async function isEmpty(scope: Queryable): Promise<boolean> {
  const some = tables.map(({ name }) => `exists (select 1 from trainyard.${name})`).join(' or ');
  return !only(await scope.query<{ some: boolean }>(`select ${some} as some`)).some;
}

async function copyTable(source: Queryable, target: Queryable, table: Table): Promise<void> {
  for await (const page of pagesOf(source, table))
    await target.query(
      `insert into trainyard.${table.name} select * from json_populate_recordset(null::trainyard.${table.name}, $1::text::json)`,
      [`[${page.join(',')}]`],
    );
}

async function compareTable(
  source: Queryable,
  target: Queryable,
  table: Table,
  where: string,
): Promise<CopiedTable> {
  const [own, other] = [await digestOfTable(source, table), await digestOfTable(target, table)];
  if (own.rows === other.rows && own.digest === other.digest) return { table: table.name, ...own };
  throw new ConflictError(
    `copy to ${where}, table ${table.name}`,
    `${own.rows} rows of ${own.digest}`,
    `${other.rows} of ${other.digest}`,
    'copy into an empty database',
  );
}

async function digestOfTable(scope: Queryable, table: Table): Promise<{ rows: number; digest: string }> {
  const hash = createHash('sha256');
  let rows = 0;
  for await (const page of pagesOf(scope, table))
    for (const row of page) {
      hash.update(row).update('\n');
      rows += 1;
    }
  return { rows, digest: `sha256:${hash.digest('hex')}` };
}

/** The rows of a table as JSON texts, in the order of their keys, which no collation changes. */
async function* pagesOf(scope: Queryable, { name, key }: Table): AsyncIterable<string[]> {
  const order = key.map((column) => `t.${column}::text collate "C"`).join(', ');
  const cursor = `rows_of_${name}`;
  await scope.script(
    `declare ${cursor} no scroll cursor for select row_to_json(t)::text as row from trainyard.${name} t order by ${order}`,
  );
  try {
    for (;;) {
      const page = await scope.query<{ row: string }>(`fetch ${pageRows} from ${cursor}`);
      if (page.length === 0) return;
      yield page.map(({ row }) => row);
    }
  } finally {
    await scope.script(`close ${cursor}`).catch(() => undefined);
  }
}

async function copyArtifacts(
  source: Queryable,
  from: Store,
  to: Store,
): Promise<{ copied: number; bytes: number }> {
  let [copied, bytes] = [0, 0];
  if (from.artifacts.place === to.artifacts.place) return { copied, bytes };
  const referenced = await source.query<{ digest: string; bytes: number }>(
    `select digest, bytes from trainyard.artifacts where digest in
       (select artifact from trainyard.run_files union select artifact from trainyard.version_files) order by digest`,
  );
  for (const artifact of referenced) {
    if (await to.artifacts.has(artifact.digest)) continue;
    await to.artifacts.put(from.artifacts.read(artifact.digest));
    copied += 1;
    bytes += artifact.bytes;
  }
  return { copied, bytes };
}

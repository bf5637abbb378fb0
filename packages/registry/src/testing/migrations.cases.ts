import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SchemaError } from '../errors.ts';
import { type Migration, migrations } from '../migrations/index.ts';
import type { Database } from '../store/database.ts';
import { appliedTo, migrate } from '../store/migrate.ts';
import { tables } from '../store/tables.ts';

/** Five small steps, each of which needs the one before. */
const steps: readonly Migration[] = [
  { version: 1, name: 'one', sql: 'create table trainyard.t (a int)' },
  {
    version: 2,
    name: 'two',
    sql: 'alter table trainyard.t add b text; insert into trainyard.t values (1, $$;$$)',
  },
  { version: 3, name: 'three', sql: 'alter table trainyard.t rename a to c' },
  { version: 4, name: 'four', sql: 'update trainyard.t set c = c + 41' },
  { version: 5, name: 'five', sql: 'alter table trainyard.t alter c set not null' },
];

/** What brings a database up to date, on one that is empty each time. */
export function testMigrations(emptyDatabase: () => Promise<Database>): void {
  let database: Database;
  beforeEach(async () => {
    database = await emptyDatabase();
  });
  afterEach(() => database.close());

  const columns = () =>
    database.query(
      `select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
     where table_schema = 'trainyard' and column_name <> 'applied' order by 1, 2`,
    );

  test('an empty database gets all, a second time nothing', async () => {
    expect(await migrate(database)).toEqual(migrations.map(({ version }) => version));
    expect(await migrate(database)).toEqual([]);
    expect(await Promise.all([migrate(database), migrate(database)])).toEqual([[], []]);
  });

  test('releases in any order of upgrades end in the same schema', async () => {
    await migrate(database, steps);
    const expected = [await columns(), await database.query('select * from trainyard.t')];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 6 }), async (releases) => {
        await database.script('drop schema if exists trainyard cascade');
        let newest = 0;
        for (const release of releases) {
          const known = steps.slice(0, release);
          if (release < newest) await expect(migrate(database, known)).rejects.toThrow(SchemaError);
          else
            expect(await migrate(database, known)).toEqual(known.slice(newest).map(({ version }) => version));
          newest = Math.max(newest, release);
          expect((await appliedTo(database)).map(({ version }) => version)).toEqual(
            steps.slice(0, newest).map(({ version }) => version),
          );
        }
        await migrate(database, steps);
        expect([await columns(), await database.query('select * from trainyard.t')]).toEqual(expected);
      }),
      { numRuns: 10 },
    );
  });

  test('a step that fails leaves the database as it was, with the steps before it', async () => {
    await migrate(database, steps.slice(0, 1));
    const broken = [
      ...steps.slice(0, 3),
      { version: 4, name: 'broken', sql: 'create table trainyard.u (a int); select 1/0' },
    ];
    const before = await columns();
    await expect(migrate(database, broken)).rejects.toThrow('division by zero');
    expect(await columns()).toEqual(before);
    expect(await migrate(database, steps)).toEqual([2, 3, 4, 5]);
  });

  test('a database of a newer release is refused, and left alone', async () => {
    await migrate(database, steps);
    const before = await columns();
    await expect(migrate(database, steps.slice(0, 3))).rejects.toThrow(
      ': expected a schema of version 3 at most, got version 5; update @trainyard/registry',
    );
    expect(await columns()).toEqual(before);
  });

  test('a step that has changed since it was applied is refused', async () => {
    await migrate(database, steps.slice(0, 2));
    const changed = steps.map((step) => (step.version === 2 ? { ...step, sql: `${step.sql} ` } : step));
    await expect(migrate(database, changed)).rejects.toThrow('migration 2 (two) as this code has it');
  });

  test('steps are numbered 1, 2, 3, …', async () => {
    for (const wrong of [[steps[1]], [steps[0], steps[2]], [steps[1], steps[0]], [steps[0], steps[0]]])
      await expect(migrate(database, wrong)).rejects.toThrow(SchemaError);
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, i) => i + 1));
  });

  test('the list of tables is that of the schema, with their keys, each after those it refers to', async () => {
    await migrate(database);
    const keys = await database.query<{ name: string; key: string[] }>(
      `select c.relname as name, array_agg(a.attname::text order by array_position(i.indkey::int[], a.attnum::int)) as key
     from pg_index i join pg_class c on c.oid = i.indrelid join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
     where i.indisprimary and c.relnamespace = 'trainyard'::regnamespace and c.relname <> 'migrations' group by c.relname`,
    );
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect([...tables].sort(byName)).toEqual([...keys].sort(byName));
    const references = await database.query<{ child: string; parent: string; deferrable: boolean }>(
      `select conrelid::regclass::text as child, confrelid::regclass::text as parent, condeferrable as deferrable
     from pg_constraint where contype = 'f' and connamespace = 'trainyard'::regnamespace`,
    );
    expect(references.length).toBeGreaterThan(10);
    const place = (name: string) => tables.findIndex((table) => `trainyard.${table.name}` === name);
    for (const { child, parent, deferrable } of references) {
      expect(place(parent)).toBeLessThanOrEqual(place(child));
      expect(deferrable).toBe(true);
    }
  });
}

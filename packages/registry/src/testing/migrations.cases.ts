import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { folderArtifacts } from '../artifacts/folder-artifacts.ts';
import { SchemaError } from '../errors.ts';
import { type Migration, migrations } from '../migrations/index.ts';
import { Registry } from '../registry/registry.ts';
import type { Database } from '../store/database.ts';
import { appliedTo, migrate } from '../store/migrate.ts';
import { tables } from '../store/tables.ts';
import { digestFor } from './store-under-test.cases.ts';

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

const newOfVersion3 = ['run_stages', 'schedules', 'checks', 'sweeps', 'sweep_trials'];

const uuid = (last: number) => `'00000000-0000-4000-8000-00000000000${last}'`;
const digest = (text: string) => `'${digestFor(text)}'`;
const rowsOfVersion2 = `
insert into trainyard.datasets (digest, name, train, test, statistics) values (${digest('d')}, 'digits', 2, 1, '{"a": [0.1]}');
insert into trainyard.artifacts (digest, bytes) values (${digest('a')}, 7);
insert into trainyard.runs (id, key, pipeline, status, config, config_digest, seeds, dataset, parent, token, worker, machine,
  lease_until, metrics, created, finished) values
  (${uuid(1)}, 'k', 'digits', 'succeeded', '{"i": 1e300}', ${digest('c')}, '1', ${digest('d')}, null, 1, 'a', '{}', null,
    '{"accuracy": 0.1}', '2026-11-01 03:00:00.123456Z', '2026-11-01 03:01Z'),
  (${uuid(2)}, null, 'digits', 'running', '{}', ${digest('c')}, '[1]', null, ${uuid(1)}, 2, 'a', '{}', '2026-11-02Z',
    null, '2026-11-02Z', null),
  (${uuid(3)}, null, 'digits', 'queued', '{}', ${digest('c')}, '[1]', null, null, 0, null, null, null,
    null, '2026-11-03Z', null);
insert into trainyard.run_attempts (run, token, worker, machine) values (${uuid(2)}, 2, 'a', '{}');
insert into trainyard.run_metrics (run, name, step, value) values (${uuid(1)}, 'loss', 0, 'NaN'), (${uuid(1)}, 'loss', 1, 5e-324);
insert into trainyard.run_files (run, name, artifact) values (${uuid(1)}, 'model', ${digest('a')});
insert into trainyard.models (name, versions, generation) values ('m', 2, 2);
insert into trainyard.versions (model, version, bundle, run, metrics) values
  ('m', 1, ${digest('b1')}, ${uuid(1)}, '{}'), ('m', 2, ${digest('b2')}, ${uuid(1)}, '{}');
insert into trainyard.version_files (model, version, name, artifact) values ('m', 1, 'model.onnx', ${digest('a')});
insert into trainyard.decisions (model, number, kind, version, by_whom, reason, figures, generation) values
  ('m', 1, 'promote', 1, 'test', 'because', '{}', 1), ('m', 2, 'promote', 2, 'test', 'because', '{}', 2);
insert into trainyard.champions (model, depth, version) values ('m', 1, 1), ('m', 2, 2);
insert into trainyard.aliases (model, alias, version, since) values ('m', 'champion', 2, 2), ('m', 'previous', 1, 2);
insert into trainyard.alias_changes (model, generation, alias, from_version, to_version, decision) values
  ('m', 1, 'champion', null, 1, 1), ('m', 2, 'champion', 1, 2, 2), ('m', 2, 'previous', null, 1, 2);
`;

/** What brings a database up to date, on one that is empty each time. */
export function testMigrations(emptyDatabase: () => Promise<Database>, numRuns: number): void {
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
      { numRuns },
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

  test('a store of the release before stages and schedules loses nothing on the way here', async () => {
    await migrate(database, migrations.slice(0, 2));
    // As that release wrote them: a run that waits, one at work, one that is done and serves.
    await database.script(rowsOfVersion2);
    const older = tables.filter(({ name }) => !newOfVersion3.includes(name));
    const rows = async (columns = '*') => {
      const all: Record<string, object[]> = {};
      for (const { name, key } of older)
        all[name] = await database.query(
          `select ${name === 'runs' ? columns : '*'} from trainyard.${name} order by ${key.join(', ')}`,
        );
      return all;
    };
    const before = await rows();
    for (const [name, { length }] of Object.entries(before)) expect([name, length > 0]).toEqual([name, true]);
    expect(await migrate(database, migrations.slice(0, 3))).toEqual([3]);
    expect(await rows(Object.keys(before.runs[0]).join(', '))).toEqual(before);
    const added = await database.query('select distinct trigger, priority from trainyard.runs');
    expect(added).toEqual([{ trigger: 'manual', priority: 0 }]);
    await migrate(database);
    // And it goes on from there: with the run that waits, and with the aliases.
    const registry = new Registry(database, folderArtifacts('unused'));
    const [waiting] = await registry.runs.list({ status: 'queued' });
    await registry.stages.plan(waiting.id, ['data', 'train']);
    const { token } = await registry.runs.claim(waiting.id, { worker: 'b' });
    expect(await registry.stages.start(waiting.id, token, 'data')).toMatchObject({ attempts: 1 });
    expect((await registry.runs.list({ status: 'running' })).map(({ worker }) => worker)).toEqual(['b', 'a']);
    const { aliases } = await registry.aliases.rollback('m', { by: 'test', reason: 'because' });
    expect([aliases.champion?.version, aliases.champion?.files.length]).toEqual([1, 1]);
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

import { openStore } from '@trainyard/registry';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type PostgresServer,
  postgresMissing,
  startPostgres,
} from '../../../registry/src/testing/postgres-server.cases.ts';
import { writeGlyphsPipeline } from '../testing/glyphs-pipeline.ts';
import { TestWorkspace } from '../testing/workspace.ts';

describe.skipIf(postgresMissing)(`with a server${postgresMissing ? ` (${postgresMissing})` : ''}`, () => {
  let server: PostgresServer;
  let workspace: TestWorkspace;
  beforeAll(async () => {
    server = await startPostgres();
    workspace = await TestWorkspace.create();
    await writeGlyphsPipeline(workspace, { epochs: 1, train: 200, test: 100 });
  });
  afterEach(() => vi.unstubAllEnvs());
  afterAll(async () => {
    await workspace.remove();
    await server.stop();
  });

  test('everything moves to PostgreSQL, and work that waits is done there', async () => {
    const url = await server.createDatabase();
    const trainyard = async (...args: string[]) => {
      const { exitCode, output } = await workspace.trainyard(...args);
      expect(exitCode, output).toBe(0);
      return output;
    };
    await trainyard('retrain', 'glyphs');
    await trainyard('schedule', 'glyphs', '0 3 * * *');
    await trainyard('retrain', 'glyphs', '--detach', '--seed', '2');

    // A worker that is at work must be stopped first: it would go on in the old store.
    const folder = workspace.path('.trainyard', 'store');
    const owner = await openStore({ folder, url: '', share: true });
    const refused = await workspace.trainyard('move-store', url);
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.output).toMatch(/expected a store that no other process has open/);
    await owner.close();

    expect(await trainyard('move-store', url)).toMatch(/with 1 runs? to go on with/);
    // Said twice, it finds all of it there.
    await trainyard('move-store', url);

    vi.stubEnv('TRAINYARD_DATABASE_URL', url);
    expect(await trainyard('models', 'glyphs')).toMatch(/│ 1 +│ champion/);
    expect(await trainyard('schedule', 'glyphs')).toContain('0 3 * * *');
    const store = await openStore({ folder });
    const [waiting, done] = await store.runs.list({ pipeline: 'glyphs' });
    expect([waiting!.status, done!.status]).toEqual(['queued', 'succeeded']);
    // Whoever works next does what waits as well.
    await trainyard('retrain', 'glyphs', '--seed', '3', '--priority', '-5');
    expect((await store.runs.list({ pipeline: 'glyphs' })).map(({ status }) => status)).toEqual(
      Array(3).fill('succeeded'),
    );
    expect((await store.lineage({ model: 'glyphs', version: 1 })).ancestors[0]!.run.id).toBe(done!.id);
    await store.close();
  });
});

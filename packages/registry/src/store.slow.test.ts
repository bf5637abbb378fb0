import { afterAll, beforeAll, describe } from 'vitest';
import { openPostgres } from './store/postgres.ts';
import { testAliasModel } from './testing/alias-model.cases.ts';
import { testMigrations } from './testing/migrations.cases.ts';
import { type PostgresServer, postgresMissing, startPostgres } from './testing/postgres-server.cases.ts';
import { storeOver } from './testing/store-under-test.cases.ts';
import { testStore } from './testing/test-store.cases.ts';

describe.skipIf(postgresMissing)(`on a server${postgresMissing ? ` (${postgresMissing})` : ''}`, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  const emptyDatabase = async () => openPostgres(await server.createDatabase());
  const open = () => storeOver(emptyDatabase());

  describe('migrations', () => testMigrations(emptyDatabase, 20));
  testStore('PostgreSQL', open);
  testAliasModel(open, 40);
});

import { afterAll, beforeAll, describe } from 'vitest';
import { openPostgres } from './store/postgres.ts';
import { type PostgresServer, postgresMissing, startPostgres } from './testing/postgres-server.cases.ts';
import { storeOver } from './testing/store-under-test.cases.ts';
import { testStore } from './testing/test-store.cases.ts';

describe.skipIf(postgresMissing)(`on a server${postgresMissing ? ` (${postgresMissing})` : ''}`, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  testStore('PostgreSQL', async () => storeOver(openPostgres(await server.createDatabase())));
});

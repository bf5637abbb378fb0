import { afterAll, beforeAll, describe } from 'vitest';
import { testAliasModel } from './testing/alias-model.cases.ts';
import { testMigrations } from './testing/migrations.cases.ts';
import { type SharedPglite, sharedPglite } from './testing/store-under-test.cases.ts';
import { testStore } from './testing/test-store.cases.ts';

// All in one file, because PGlite takes seconds to start. Random cases are few: there are more on PostgreSQL.
let pglite: SharedPglite;
beforeAll(async () => {
  pglite = await sharedPglite();
}, 120_000);
afterAll(() => pglite.end());

describe('migrations', () => testMigrations(() => pglite.emptyDatabase(), 3));
testStore('PGlite', () => pglite.open());
testAliasModel(() => pglite.open(), 8);

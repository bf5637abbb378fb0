import { afterAll, beforeAll } from 'vitest';
import { type SharedPglite, sharedPglite } from './testing/store-under-test.cases.ts';
import { testStore } from './testing/test-store.cases.ts';

let pglite: SharedPglite;
beforeAll(async () => {
  pglite = await sharedPglite();
}, 60_000);
afterAll(() => pglite.end());

testStore('PGlite', () => pglite.open());

import { afterAll, beforeAll, describe } from 'vitest';
import { Store } from '../../store/store.ts';
import { artifactsBucket } from '../../testing/artifacts-bucket.cases.ts';
import { testArtifactsOfStore } from '../../testing/artifacts-of-store.cases.ts';
import { type SharedPglite, sharedPglite } from '../../testing/store-under-test.cases.ts';

describe('a store whose artifacts are in a bucket', () => {
  let pglite: SharedPglite;
  beforeAll(async () => {
    pglite = await sharedPglite();
  });
  afterAll(() => pglite.end());

  testArtifactsOfStore(async () => {
    // PGlite holds up the server, which is in this process too.
    const bucket = await artifactsBucket({ socketTimeout: 60_000 });
    return {
      store: await Store.over(await pglite.emptyDatabase(), bucket.open()),
      close: () => bucket.close(),
    };
  });
});

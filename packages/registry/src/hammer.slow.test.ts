import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStore } from './store/open-store.ts';
import { startChild } from './testing/child-process.cases.ts';
import { hammered, isComplete, moveOnce, prepareHammer } from './testing/hammer.cases.ts';
import { expectOneChain } from './testing/one-chain.cases.ts';
import { postgresMissing, startPostgres } from './testing/postgres-server.cases.ts';
import { randomNumbers } from './testing/random-numbers.cases.ts';
import { sharedPglite } from './testing/store-under-test.cases.ts';

test('PGlite: of 1,000 promotions and rollbacks at once, every read sees one complete champion', async () => {
  const pglite = await sharedPglite();
  const { store, close } = await pglite.open();
  await prepareHammer(store);
  const draw = randomNumbers(6);
  let [moved, incomplete] = [0, 0];
  const calls = Array.from({ length: 1500 }, async (_, i) => {
    if (i % 3 === 2) {
      if (!isComplete(await store.aliases.get(hammered))) incomplete += 1;
    } else if (await moveOnce(store, draw)) moved += 1;
  });
  await Promise.all(calls);
  expect(incomplete).toBe(0);
  expect(moved).toBeGreaterThan(500);
  await expectOneChain(store, moved);
  await close();
  await pglite.end();
});

describe.skipIf(postgresMissing)(`with a server${postgresMissing ? ` (${postgresMissing})` : ''}`, () => {
  test('PostgreSQL: of 1,000 by 4 processes at once, every read sees one complete champion', async () => {
    const server = await startPostgres();
    const folder = await mkdtemp(join(tmpdir(), 'hammer-'));
    try {
      const url = await server.createDatabase();
      const store = await openStore({ url, folder });
      await prepareHammer(store);
      const script = new URL('./testing/hammer-process.cases.ts', import.meta.url);
      const children = [1, 2, 3, 4].map((seed) => startChild(script, url, folder, String(seed), '250'));
      let moves = 0;
      for (const child of children) {
        await child.ended();
        const { moved, reads, incomplete } = JSON.parse(child.lines[0]);
        expect({ incomplete }).toEqual({ incomplete: 0 });
        expect(reads).toBeGreaterThan(50);
        moves += moved;
      }
      expect(moves).toBeGreaterThan(500);
      await expectOneChain(store, moves);
      await store.close();
    } finally {
      await rm(folder, { recursive: true });
      await server.stop();
    }
  });
});

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Child, startChild } from '../../testing/child-process.cases.ts';
import { moveOnce, prepareHammer } from '../../testing/hammer.cases.ts';
import { expectOneChain } from '../../testing/one-chain.cases.ts';
import { randomNumbers } from '../../testing/random-numbers.cases.ts';
import { openStore } from '../open-store.ts';

let folder: string;
let children: Child[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shared-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) await child.kill();
  await rm(folder, { recursive: true });
});

const script = new URL('../../testing/shared-process.cases.ts', import.meta.url);
function start(...args: string[]): Child {
  const child = startChild(script, folder, ...args);
  children.push(child);
  return child;
}
const open = () => openStore({ url: '', folder, share: true });
const runsOf = (child: Child) => child.lines.filter((line) => line.startsWith('run '));

test('an owner is killed while others write: one of them takes over, nothing is lost or doubled', async () => {
  const writers = ['a', 'b', 'c'].map((name) => start('write', name));
  for (let round = 0; round < 2; round++) {
    const living = writers.filter((child) => child.lines.at(-1) !== 'killed');
    const before = living.map((child) => runsOf(child).length);
    // All of them get on with the owner that there is now.
    while (living.some((child, i) => runsOf(child).length < before[i] + 3)) await wait(20);
    const owners = living.filter(
      (child) => child.lines.findLast((line) => /^owner|^client/.test(line)) === 'owner',
    );
    expect(owners).toHaveLength(1);
    await owners[0].kill();
    owners[0].lines.push('killed');
  }
  const last = writers.find((child) => child.lines.at(-1) !== 'killed')!;
  const before = runsOf(last).length;
  while (runsOf(last).length < before + 3) await wait(20);
  expect(last.lines).toContain('lost');
  // The last one is the owner by now: here is a client of its.
  const store = await open();
  expect(store.database.native.kind).toBe('shared');
  await last.kill();
  await expect(store.runs.list()).rejects.toThrow('open the store again');
  await store.close();
  const found = await open();
  expect(found.database.native.kind).toBe('pglite');
  const runs = await found.runs.list({ limit: 10_000 });
  const said = writers.flatMap((child) => runsOf(child).map((line) => line.slice(4)));
  expect(new Set(said).size).toBe(said.length);
  const stored = new Set(runs.map(({ id }) => id));
  expect(said.filter((id) => !stored.has(id))).toEqual([]);
  for (const { status } of runs) expect(status).toBe('cancelled');
  // One a writer may have been committed without a word.
  expect(runs.length).toBeLessThanOrEqual(said.length + writers.length);
  await found.close();
  expect((await readdir(folder)).sort()).toEqual(['database']);
});

test('a client is killed in a transaction: it is rolled back, and the owner goes on', async () => {
  const store = await open();
  const child = start('hold', 'held');
  await child.line('holds');
  const waiting = store.runs.list();
  expect(await Promise.race([waiting, wait(300, 'waits')])).toBe('waits');
  await child.kill();
  expect(await waiting).toEqual([]);
  await store.runs.create({ pipeline: 'digits', config: {}, seeds: 1, key: 'held' });
  await store.close();
});

test('an owner and 4 clients promote and roll back at once: every read sees one complete champion', async () => {
  const store = await open();
  await prepareHammer(store);
  const clients = [1, 2, 3, 4].map((seed) => start('hammer', `${seed}`, `${seed}`, '60'));
  const draw = randomNumbers(5);
  let moves = 0;
  let working = true;
  const own = (async () => {
    while (working) if (await moveOnce(store, draw)) moves += 1;
  })();
  for (const child of clients) {
    await child.ended();
    expect(child.lines[0]).toBe('client');
    const { moved, incomplete } = JSON.parse(child.lines[1]);
    expect({ incomplete }).toEqual({ incomplete: 0 });
    moves += moved;
  }
  working = false;
  await own;
  expect(moves).toBeGreaterThan(60);
  await expectOneChain(store, moves);
  await store.close();
});

import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StoreLockedError } from '../errors.ts';
import { lockFolder } from './owner-lock.ts';
import { livenessOf, ownIdentity } from './process-identity.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
  file = join(folder, 'lock');
});
afterEach(() => rm(folder, { recursive: true }));

const quick = { beat: 20, silence: 300 };
const id = '11111111-1111-4111-8111-111111111111';

/** The lock of an owner that differs from this process in some ways. */
async function leave(change: object): Promise<void> {
  const since = '2026-01-01T00:00:00.000Z';
  await writeFile(file, JSON.stringify({ ...(await ownIdentity()), id, since, ...change }));
}

test('one owner at a time, named to the second one, and nothing is left in the end', async () => {
  const lock = await lockFolder(file);
  const before = await readFile(file, 'utf8');
  await expect(lockFolder(file)).rejects.toThrow(
    /a store that no other process has open, got this process has it open already since 20\d\d.*; wait until it has ended, or use PostgreSQL/,
  );
  expect(await readFile(file, 'utf8')).toBe(before);
  await lock.check();
  await lock.release();
  expect(await readdir(folder)).toEqual([]);
  await (await lockFolder(file)).release();
});

test('a living process is named', async () => {
  await leave({ pid: process.ppid, started: await startedBy(process.ppid) });
  await expect(lockFolder(file)).rejects.toThrow(
    `process ${process.ppid} on ${hostname()} has had it open since 2026`,
  );
});

const startedBy = async (pid: number) =>
  (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') ')).split(') ').at(-1)!.split(' ')[19] ?? '';

test('the lock of a dead process goes to one of those who want it, whoever comes first', async () => {
  for (let round = 0; round < 10; round++) {
    await leave({ pid: 2 ** 22 + 1, id: id.replace(/^1/, String(round)) });
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => lockFolder(file)));
    const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(won).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(StoreLockedError);
    expect(await readdir(folder)).toEqual(['lock']);
    await won[0].value.release();
  }
});

test('whoever died while it took over holds nobody up', async () => {
  await leave({ pid: 2 ** 22 + 1 });
  const second = id.replaceAll('1', '2');
  const dead = { ...(await ownIdentity()), pid: 2 ** 22 + 2, id: second, since: '' };
  await writeFile(`${file}.${id}`, JSON.stringify(dead));
  await (await lockFolder(file)).release();
  expect(await readdir(folder)).toEqual([]);
});

test('what a process left that died while it made a lock goes after a minute', async () => {
  for (const name of ['old', 'new']) await writeFile(`${file}.${name}.tmp`, '{');
  await utimes(`${file}.old.tmp`, 0, 0);
  await (await lockFolder(file)).release();
  expect(await readdir(folder)).toEqual(['lock.new.tmp']);
});

test.runIf(process.platform === 'linux')('a later process of the same number is another one', async () => {
  await leave({ started: '1' });
  await (await lockFolder(file)).release();
});

test.runIf(process.platform === 'linux')('who was at work when the machine restarted is dead', async () => {
  await leave({ boot: 'an earlier start' });
  await (await lockFolder(file)).release();
});

test('of an owner elsewhere, signs of life tell', async () => {
  const elsewhere = { host: 'elsewhere', boot: 'other', pid: 7 };
  await leave(elsewhere);
  const beating = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => undefined), 20);
  await expect(lockFolder(file, quick)).rejects.toThrow('process 7 on elsewhere has had it open since');
  clearInterval(beating);
  await wait(30);
  const lock = await lockFolder(file, quick);
  await lock.release();
});

test('an owner gives signs of life, and notices when another one has taken over', async () => {
  const lock = await lockFolder(file, quick);
  const first = await readFile(file, 'utf8');
  await utimes(file, 0, 0);
  await wait(100);
  // Nobody may take it: from elsewhere, it would be seen to live.
  await lock.check();
  await leave({ host: 'elsewhere', boot: 'other', pid: 7 });
  await wait(200);
  await expect(lock.check()).rejects.toThrow(
    'another one: this one gave no sign of life; open the store again',
  );
  // It leaves the lock of the other one alone.
  await lock.release();
  expect(await readFile(file, 'utf8')).not.toBe(first);
  expect(await readdir(folder)).toEqual(['lock']);
});

test('what is no lock is not removed', async () => {
  for (const content of ['', '{}', 'my notes', '{"id":"../../x","pid":1}']) {
    await writeFile(file, content);
    await expect(lockFolder(file)).rejects.toThrow('the lock of a store, got something else; remove it when');
    expect(await readFile(file, 'utf8')).toBe(content);
  }
});

test('what is known of processes', async () => {
  const own = await ownIdentity();
  expect(await livenessOf(own)).toBe('alive');
  expect(await livenessOf({ ...own, pid: 2 ** 22 + 1 })).toBe('dead');
  expect(await livenessOf({ ...own, host: 'elsewhere', boot: 'other' })).toBe('unknown');
  if (process.platform === 'linux')
    expect(await livenessOf({ ...own, namespace: 'pid:[1]' })).toBe('unknown');
});

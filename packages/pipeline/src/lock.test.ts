import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lock } from './lock.ts';

let root: string;
let file: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lock-'));
  file = join(root, '.trainyard', 'lock');
});
afterEach(() => rm(root, { recursive: true }));

/** The environment of a stage that Nx runs, with Nx in the given process. */
const nx = (pid: number) => ({ NX_TASK_TARGET_PROJECT: 'digits', NX_INVOCATION_ANCESTOR_PIDS: String(pid) });

async function withProcess(use: (pid: number) => Promise<void>): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const gone = once(child, 'exit');
  await once(child, 'spawn');
  try {
    await use(child.pid!);
  } finally {
    child.kill('SIGKILL');
    await gone;
  }
  return child.pid!;
}

test('one command at a time, and nothing is left of it', async () => {
  const release = await lock(file, {});
  await withProcess(async (pid) => {
    await expect(lock(file, nx(pid))).rejects.toThrow(
      `no other command on this pipeline, got process ${process.pid} at work; wait until it has ended`,
    );
  });
  await release();
  expect(await readdir(join(root, '.trainyard'))).toEqual([]);
});

test('the stages of one run of Nx share its lock', () =>
  withProcess(async (pid) => {
    const release = await lock(file, nx(pid));
    await lock(file, nx(pid));
    await release();
    await expect(lock(file, {})).rejects.toThrow(`process ${pid} at work`);
  }).then(() => undefined));

test('the lock of a process that was killed is taken over', async () => {
  await withProcess(async (pid) => {
    await lock(file, nx(pid));
  });
  await (await lock(file, {}))();
});

test.runIf(process.platform === 'linux')('a later process of the same number is another one', async () => {
  await lock(file, {});
  await writeFile(file, JSON.stringify({ pid: process.pid, started: '1' }));
  await withProcess(async (pid) => {
    await lock(file, nx(pid));
  });
});

test('a lock that was cut off by a full disk is taken over', async () => {
  await (await lock(file, {}))();
  await writeFile(file, '');
  await (await lock(file, {}))();
});

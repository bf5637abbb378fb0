import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recoverFolder } from './safe-folder.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'bundle-kill-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Replaces the folder over and over; all files of one version hold the same number. */
const endless = (folder: string) => `
  import { replaceFolder } from ${JSON.stringify(new URL('./safe-folder.ts', import.meta.url).href)};
  for (let version = 0; ; version++) {
    const files = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, Buffer.alloc(20_000, version % 251)]));
    await replaceFolder(${JSON.stringify(folder)}, files);
    if (version === 0) console.log('written');
  }`;

test.each(Array.from({ length: 10 }, (_, i) => i))('killed at a random moment, kill %i', async () => {
  const folder = join(root, 'bundle');
  const args = [
    '--conditions=@trainyard/source',
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    endless(folder),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  await sleep(Math.random() * 150);
  child.kill('SIGKILL');
  await gone;
  await recoverFolder(folder);
  const contents = await Promise.all(['a', 'b', 'c'].map((name) => readFile(join(folder, name))));
  expect(new Set(contents.map((bytes) => bytes.length))).toEqual(new Set([20_000]));
  expect(new Set(contents.flatMap((bytes) => [...bytes])).size).toBe(1);
  expect(await readdir(root)).toEqual(['bundle']);
});

import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ArtifactError, InputError } from '../errors.ts';
import { fileOf } from '../testing/artifacts-folder.cases.ts';
import { bytesOf } from '../testing/store-under-test.cases.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { exportFiles } from './export-files.ts';
import { folderArtifacts } from './folder-artifacts.ts';

let root: string;
let store: ArtifactStore;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'export-'));
  store = folderArtifacts(join(root, 'artifacts'));
});
afterEach(() => rm(root, { recursive: true }));

const file = async (name: string, text: string) => ({ name, ...(await store.put(bytesOf(text))) });

test('a folder is replaced whole, or stays', async () => {
  const target = join(root, 'deep', 'deployed');
  await exportFiles(store, [await file('a.txt', 'one'), await file('b/c.txt', 'two')], target);
  expect(await readFile(join(target, 'b', 'c.txt'), 'utf8')).toBe('two');
  const next = [await file('a.txt', 'three'), await file('d.txt', 'four')];
  const damaged = await fileOf(join(root, 'artifacts'), next[1].digest);
  await writeFile(damaged, 'five');
  await expect(exportFiles(store, next, target)).rejects.toThrow(ArtifactError);
  expect(await readFile(join(target, 'a.txt'), 'utf8')).toBe('one');
  await file('d.txt', 'four');
  await exportFiles(store, next, target);
  expect((await readdir(target)).sort()).toEqual(['a.txt', 'd.txt']);
  expect(await readdir(join(root, 'deep'))).toEqual(['deployed']);
});

test('nothing lands outside', async () => {
  const target = join(root, 'deployed');
  for (const name of ['../escaped', '/escaped', 'a/../../escaped', 'a\\..\\b', 'a\0', '%2e%2e/a', '.', ''])
    await expect(exportFiles(store, [await file(name, 'x')], target)).rejects.toThrow(InputError);
  expect((await readdir(root)).sort()).toEqual(['artifacts']);
});

test.skipIf(process.platform === 'win32')('a link is not followed (not on Windows)', async () => {
  const elsewhere = await mkdtemp(join(root, 'elsewhere-'));
  await symlink(elsewhere, join(root, 'deployed'));
  await expect(exportFiles(store, [await file('a', 'x')], join(root, 'deployed'))).rejects.toThrow(
    'a link or a file; remove it',
  );
  expect(await readdir(elsewhere)).toEqual([]);
});

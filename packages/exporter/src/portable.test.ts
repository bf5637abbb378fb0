import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundlePage } from '@trainyard/testing/browser';
import { expect, test } from 'vitest';
import * as all from './index.ts';
import * as portable from './portable.ts';

test('a page can have the portable entry: it asks for no module of Node', async () => {
  const page = fileURLToPath(new URL('portable-page', import.meta.url));
  await bundlePage(page, async (folder) => expect(await readdir(folder)).toContain('assets'));
});

test('only what writes files is not in it', () => {
  const names = Object.keys(all).filter((name) => !(name in portable));
  expect(names.sort()).toEqual(['digestOfBytes', 'recoverFolder', 'writeBundle', 'writeFilesAtomic']);
});

import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundlePage } from './bundle-page.ts';
import { serveFolders } from './serve-folders.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainyard-browser-test-'));
  await mkdir(join(folder, 'page'));
  await writeFile(join(folder, 'page/index.html'), '<script type="module" src="./page.js"></script>');
  await writeFile(join(folder, 'secret.txt'), 'secret');
});
afterAll(() => rm(folder, { recursive: true }));

describe('bundlePage', () => {
  const page = join('page', 'page.js');

  test('bundles what the page imports, and removes it in the end', async () => {
    await writeFile(join(folder, 'value.js'), 'export const value = 3;');
    await writeFile(join(folder, page), "import { value } from '../value.js'; console.log(value);");
    const out = await bundlePage(join(folder, 'page'), async (bundled) => {
      expect(await readdir(bundled)).toEqual(expect.arrayContaining(['assets', 'index.html']));
      return bundled;
    });
    await expect(readdir(out)).rejects.toThrow('ENOENT');
  });

  test("refuses Node's modules by name", async () => {
    await writeFile(join(folder, page), "import { readFileSync } from 'node:fs'; console.log(readFileSync);");
    await expect(bundlePage(join(folder, 'page'), async () => 'bundled')).rejects.toThrow('no node:fs');
  });
});

test('serveFolders serves what is in the folders, isolated, and nothing beside them', async () => {
  const folders = { '/': join(folder, 'page'), '/more/': join(folder, 'page') };
  await serveFolders(folders, async (url) => {
    for (const path of ['', 'index.html', 'more/index.html']) {
      const response = await fetch(url + path);
      expect(await response.text()).toContain('page.js');
      expect(response.headers.get('content-type')).toContain('text/html');
      expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    }
    for (const path of ['nothing.html', '..%2fsecret.txt', 'more/..%2f..%2fsecret.txt', '%zz', '..%00'])
      expect((await fetch(url + path)).status, path).toBe(404);
  });
});

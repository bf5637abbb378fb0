import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { networkSource } from './network-source.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'network-source-'));
});
afterAll(() => rm(root, { recursive: true }));

test('all code but the config and results, in the order of names', async () => {
  for (const folder of ['blocks', 'dist', '.trainyard/train'])
    await mkdir(join(root, folder), { recursive: true });
  const code = ['network.ts', 'blocks/residual.ts'];
  for (const file of [...code, 'pipeline.config.ts', 'dist/a.ts', '.trainyard/train/b.ts', 'notes.md'])
    await writeFile(join(root, file), `// ${file}`);
  expect(await networkSource(root)).toEqual([
    ['blocks/residual.ts', '// blocks/residual.ts'],
    ['network.ts', '// network.ts'],
  ]);
});

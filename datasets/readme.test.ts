import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));

test('the examples of the README print what it says', async () => {
  const readme = await readFile(join(root, 'datasets/README.md'), 'utf8');
  const code = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, block]) => block!).join('\n');
  const promised = [...code.matchAll(/^\/\/ (.*)$/gm)].map(([, line]) => line);
  await mkdir(join(root, '.trainyard'), { recursive: true });
  const folder = await mkdtemp(join(root, '.trainyard/readme-'));
  try {
    await writeFile(join(folder, 'examples.mts'), code);
    const flags = ['--import', 'tsx', '--conditions=@trainyard/source', 'examples.mts'];
    const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: folder });
    const printed = stdout.trim().split('\n');
    expect(promised).toHaveLength(3);
    expect(printed.map((line) => line.replace(/\s*([[\]])\s*/g, '$1').replace(/\](?=\d)/, '] '))).toEqual(
      promised,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

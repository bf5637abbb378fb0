import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { tinyBundle } from '@trainyard/testing/runtime';
import sharp from 'sharp';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const runtimes = join(root, 'packages/runtime');

/** Runs the first block of TypeScript of a README as a program, in a folder with `bundle/` and `picture.png`. */
async function runExample(readme: string): Promise<string[]> {
  const [, code] = /```ts\n(.*?)```/s.exec(await readFile(readme, 'utf8')) ?? [];
  await mkdir(join(root, '.trainyard'), { recursive: true });
  const folder = await mkdtemp(join(root, '.trainyard/readme-'));
  try {
    await mkdir(join(folder, 'bundle'));
    for (const [name, bytes] of Object.entries(tinyBundle().files))
      await writeFile(join(folder, 'bundle', name), bytes);
    await sharp({ create: { width: 9, height: 7, channels: 3, background: 'teal' } }).toFile(
      join(folder, 'picture.png'),
    );
    await writeFile(join(folder, 'example.mts'), code!);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--conditions=@trainyard/source', 'example.mts'],
      { cwd: folder },
    );
    return stdout.trim().split('\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('the example of the README of runtime-node runs', async () => {
  const [label, several, figures, ...rest] = await runExample(join(runtimes, 'node/README.md'));
  expect(['ape', 'bee', 'cat']).toContain(label);
  expect([several, figures, rest]).toEqual(['2', '2 true', []]);
});

test('the example of the README of runtime-common runs', async () => {
  expect(await runExample(join(runtimes, 'common/README.md'))).toEqual([
    expect.stringMatching(/^full of tiny: smallest \(\d+ bytes\) of 1; true$/),
    '60',
    'bee',
    'true',
  ]);
});

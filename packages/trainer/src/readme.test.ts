import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));

test('the example of the README runs', async () => {
  const [, code] =
    /```ts\n(.*?)```/s.exec(await readFile(join(root, 'packages/trainer/README.md'), 'utf8')) ?? [];
  await mkdir(join(root, '.trainyard'), { recursive: true });
  const folder = await mkdtemp(join(root, '.trainyard/readme-'));
  try {
    await writeFile(join(folder, 'example.mts'), code ?? '');
    const flags = ['--import', 'tsx', '--conditions=@trainyard/source'];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...flags, 'example.mts'], {
      cwd: folder,
    });
    expect(stdout.trim().split('\n')).toEqual(['completed 3', 'true 2']);
    expect(stderr).toMatch(/epoch 3\/3 {2}loss 0\.\d{4} {2}accuracy \d+\.\d %/);
    expect(await readdir(folder)).toEqual(['example.mts', 'run.ckpt', 'weights.bin']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

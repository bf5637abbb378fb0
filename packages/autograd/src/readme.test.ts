import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What the comments at and after each `console.log` say that it prints. */
function promised(code: string): string[] {
  const lines = code.split('\n');
  return lines.flatMap((line, i) => {
    if (!line.startsWith('console.log(')) return [];
    const [, beside] = line.split('; // ');
    if (beside) return [beside];
    const rest = lines.slice(i + 1);
    const end = rest.findIndex((after) => !after.startsWith('// '));
    return rest.slice(0, end < 0 ? rest.length : end).map((comment) => comment.slice(3));
  });
}

test('the example of the README prints what its comments say', async () => {
  const readme = await readFile(join(root, 'packages/autograd/README.md'), 'utf8');
  const [, code] = /```ts\n(.*?)```/s.exec(readme)!;
  await mkdir(join(root, '.trainyard'), { recursive: true });
  const folder = await mkdtemp(join(root, '.trainyard/readme-'));
  try {
    await writeFile(join(folder, 'example.mts'), code);
    const flags = ['--import', 'tsx', '--conditions=@trainyard/source'];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, 'example.mts'], {
      cwd: folder,
    });
    expect(promised(code)).toHaveLength(8);
    expect(stdout.trimEnd().split('\n')).toEqual(promised(code));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

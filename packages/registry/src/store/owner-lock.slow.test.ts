import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startChild } from '../testing/child-process.cases.ts';
import { lockFolder } from './owner-lock.ts';

test('of processes that take a lock in turn and die with it, never two are inside', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lock-'));
  try {
    const [file, inside] = [join(folder, 'locks', 'lock'), join(folder, 'inside')];
    const script = new URL('../testing/lock-process.cases.ts', import.meta.url);
    const lines: string[] = [];
    for (let round = 0; round < 2; round++) {
      const children = Array.from({ length: 6 }, () => startChild(script, file, inside, '15'));
      for (const child of children) {
        await child.ended().catch(() => undefined);
        lines.push(...child.lines);
      }
    }
    expect(lines).toEqual(new Array(2 * 6 * 15).fill('alone'));
    await (await lockFolder(file)).release();
    expect(await readdir(join(folder, 'locks'))).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

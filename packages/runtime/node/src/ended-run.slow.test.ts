import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const script = fileURLToPath(new URL('ended-run.cases.ts', import.meta.url));
const flags = ['--import', 'tsx', '--conditions=@trainyard/source'];

describe('a program that ends in the middle of a run ends with its own exit code', () => {
  test.each([
    [1, 'exit', 3],
    [2, 'exit', 3],
    [2, 'SIGTERM', 4],
  ])('threads: %i, by %s', (worker, how, expected) => {
    const args = [...flags, script, String(worker), how];
    const { status, signal, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect({ status, signal, stderr }).toEqual({ status: expected, signal: null, stderr: '' });
  });
});

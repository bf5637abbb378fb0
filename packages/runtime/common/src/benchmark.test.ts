import { tinyBundle } from '@trainyard/testing/runtime';
import { describe, expect, test } from 'vitest';
import { benchmarkFile, readLatencies } from './benchmark.ts';
import { openBundle } from './bundle.ts';
import { memorySource } from './source.ts';

const { files, digest } = tinyBundle();
const written = (content: string) =>
  memorySource({ ...files, [benchmarkFile]: new TextEncoder().encode(content) });
const content = JSON.stringify({ schema: 1, machine: 'a desk', latencyMs: { half: { p50: 1, p95: 2 } } });

/** The latencies, and what was logged. */
async function read(source: Parameters<typeof readLatencies>[0]) {
  const warnings: string[] = [];
  const latencies = await readLatencies(source, { info() {}, warn: (line) => warnings.push(line) });
  return { latencies, warnings };
}

describe('readLatencies', () => {
  test('reads what was measured, and leaves the identity of the bundle alone', async () => {
    expect(await read(written(content))).toEqual({ latencies: { half: { p50: 1, p95: 2 } }, warnings: [] });
    expect((await openBundle(written(content))).digest).toBe(digest);
  });

  test('finds none where nothing was measured, and says nothing', async () => {
    expect(await read(memorySource(files))).toEqual({ latencies: undefined, warnings: [] });
  });

  test.each([
    ['cut off', content.slice(0, -5)],
    ['of a newer schema', content.replace('"schema":1', '"schema":2')],
    ['with a time that is none', content.replace('"p50":1', '"p50":-1')],
    ['empty', ''],
  ])('goes without a file that is %s, and says so', async (_, broken) => {
    const { latencies, warnings } = await read(written(broken));
    expect(latencies).toBeUndefined();
    expect(warnings).toEqual([expect.stringMatching(/^memory, benchmark\.json: not used: /)]);
  });
});

import { examplesOf, runExample } from '@trainyard/testing/readme';
import { expect, test } from 'vitest';

// Slow, because it makes a PGlite in a folder.
test('the example of the README runs', async () => {
  const [code] = await examplesOf('packages/registry/README.md');
  const { printed, stderr, files } = await runExample(code);
  expect(printed).toEqual(['true 0.00049', '2 1', '2', '1']);
  expect(stderr).toBe('');
  expect(files.sort()).toEqual(['deployed', 'example.mts', 'store']);
}, 120_000);

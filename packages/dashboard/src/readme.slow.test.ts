import { examplesOf, runExample } from '@trainyard/testing/readme';
import { expect, test } from 'vitest';

// Slow, because it makes a PGlite in a folder.
test('the example of the README runs', async () => {
  const [code] = await examplesOf('packages/dashboard/README.md');
  const { printed, stderr } = await runExample(code!);
  expect(printed).toEqual(['http://127.0.0.1:…', '200 true', '403 queued']);
  expect(stderr).toBe('');
}, 120_000);

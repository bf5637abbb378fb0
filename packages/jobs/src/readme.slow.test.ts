import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { examplesOf, runExample } from '@trainyard/testing/readme';
import { expect, test } from 'vitest';

test('the example of the README runs', async () => {
  const [code] = await examplesOf('packages/jobs/README.md');
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [, work] = /```js\n(.*?)```/s.exec(readme)!;
  const { printed, stderr, files } = await runExample(code!, (folder) =>
    writeFile(join(folder, 'work.mjs'), work!),
  );
  expect(printed).toEqual(['succeeded 42', 'count 1', 'double 1']);
  expect(stderr).toBe('');
  expect(files).toEqual(expect.arrayContaining(['store', 'work.mjs']));
}, 120_000);

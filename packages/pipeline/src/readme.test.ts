import { readFile } from 'node:fs/promises';
import { afterAll, expect, test } from 'vitest';
import { TestWorkspace } from './testing/workspace.ts';

const workspace = await TestWorkspace.create();
afterAll(() => workspace.remove());

test('the config of the README is one', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [, code] = /```ts\n([\s\S]*?)```/.exec(readme)!;
  await workspace.write('pipelines/digits/pipeline.config.ts', code);
  const { exitCode, output } = await workspace.stage('digits', 'config');
  expect(output).toBe('');
  expect(exitCode).toBe(0);
  const sections = workspace.path('pipelines/digits/.trainyard/config');
  const verify = JSON.parse(await readFile(`${sections}/verify.json`, 'utf8'));
  expect(verify.budget.minAccuracy).toBe(0.985);
});

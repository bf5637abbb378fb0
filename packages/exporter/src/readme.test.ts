import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);

/** `import { a } from 'b'` and `import * as c from 'd'` as declarations over modules that were loaded before. */
async function run(code: string): Promise<void> {
  const modules: Record<string, unknown> = {};
  for (const [, from] of code.matchAll(/from '([^']+)';/g)) modules[from!] = await import(from!);
  const body = code
    .replace(/import \* as (\w+) from ('[^']+');/g, 'const $1 = modules[$2];')
    .replace(/import (\{[^}]+\}) from ('[^']+');/g, 'const $1 = modules[$2];');
  const AsyncFunction = (async () => {}).constructor as new (
    ...args: string[]
  ) => (m: unknown) => Promise<void>;
  await new AsyncFunction('modules', body)(modules);
}

test('the examples of the README run, one after the other', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await run(examples.join('\n'));
  const lines = log.mock.calls.map((call) => call.join(' '));
  log.mockRestore();
  const [flops, verified, latency, ...layers] = lines;
  const [before, after] = flops!.match(/\d+/g)!.map(Number);
  expect(after).toBeLessThanOrEqual(before! * 0.6);
  expect(verified).toMatch(/^agreement 1, largest difference \d/);
  expect(
    latency!
      .split(' ')
      .map(Number)
      .every((ms) => ms > 0),
  ).toBe(true);
  expect(layers.at(-1)).toMatch(/^classifier.weight an output of the model, "logits", depends on it$/);
  expect(layers.filter((line) => /^conv\d.weight \d+ of \d+ channels$/.test(line))).toHaveLength(3);
});

import { examplesOf, runExample } from '@trainyard/testing/readme';
import { expect, test } from 'vitest';

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
  const [code] = await examplesOf('packages/autograd/README.md');
  const { printed } = await runExample(code);
  expect(promised(code)).toHaveLength(8);
  expect(printed).toEqual(promised(code));
});

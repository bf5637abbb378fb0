import { examplesOf, runExample } from '@trainyard/testing/readme';
import { expect, test } from 'vitest';

test('the examples of the README print what it says', async () => {
  const code = (await examplesOf('datasets/README.md')).join('\n');
  const promised = [...code.matchAll(/^\/\/ (.*)$/gm)].map(([, line]) => line);
  const { printed } = await runExample(code);
  expect(promised).toHaveLength(3);
  expect(printed.map((line) => line.replace(/\s*([[\]])\s*/g, '$1').replace(/\](?=\d)/, '] '))).toEqual(
    promised,
  );
});

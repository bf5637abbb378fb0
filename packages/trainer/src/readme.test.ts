import { examplesOf, runExample } from '@trainyard/testing/readme';
import { expect, test } from 'vitest';

test('the example of a profile runs', async () => {
  const [, code] = await examplesOf('packages/trainer/README.md');
  const { printed, files } = await runExample(code);
  expect(printed[0]).toMatch(/^\d+\.\d\d ms a step of 64 pictures, \d+ nodes, medians of \d+ steps$/);
  expect(printed.join('\n')).toMatch(/^conv1 Conv2d /m);
  expect(files).toEqual(['example.mts']);
});

test('the example of the README runs', async () => {
  const [code] = await examplesOf('packages/trainer/README.md');
  const { printed, stderr, files } = await runExample(code);
  expect(printed).toEqual(['completed 3', 'true 2']);
  expect(stderr).toMatch(/epoch 3\/3 {2}loss 0\.\d{4} {2}accuracy \d+\.\d %/);
  expect(files).toEqual(['example.mts', 'run.ckpt', 'weights.bin']);
});

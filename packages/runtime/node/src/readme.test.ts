import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { examplesOf, runExample } from '@trainyard/testing/readme';
import { tinyBundle } from '@trainyard/testing/runtime';
import sharp from 'sharp';
import { expect, test } from 'vitest';

/** Puts `bundle/` and `picture.png` beside the example. */
async function prepare(folder: string): Promise<void> {
  await mkdir(join(folder, 'bundle'));
  for (const [name, bytes] of Object.entries(tinyBundle().files))
    await writeFile(join(folder, 'bundle', name), bytes);
  await sharp({ create: { width: 9, height: 7, channels: 3, background: 'teal' } }).toFile(
    join(folder, 'picture.png'),
  );
}

async function printedBy(readme: string): Promise<string[]> {
  const [code] = await examplesOf(readme);
  return (await runExample(code!, prepare)).printed;
}

test('the example of the README of runtime-node runs', async () => {
  const [manifest, model, provider, label, several, figures, ...rest] = await printedBy(
    'packages/runtime/node/README.md',
  );
  expect([manifest, model]).toEqual(['manifest.json: true', 'full.onnx: true']);
  expect(provider).toMatch(/^(cuda 0|cpu 1)$/);
  expect(['ape', 'bee', 'cat']).toContain(label);
  expect([several, figures, rest]).toEqual(['2', '2 true', []]);
});

test('the example of the README of runtime-common runs', async () => {
  expect(await printedBy('packages/runtime/common/README.md')).toEqual([
    expect.stringMatching(/^full of tiny: smallest \(\d+ bytes\) of 1; true$/),
    '60',
    'bee',
    'true',
  ]);
});

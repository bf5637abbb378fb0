import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadNetwork } from './load-network.ts';
import { loadPipeline } from './load-pipeline.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'network-'));
});
afterAll(() => rm(root, { recursive: true }));

const input = { height: 8, width: 8, channels: 1, classes: 10 };

test.each([
  [
    'nothing',
    'export const a = 1;',
    'expected a function as default export that builds the network, got undefined',
  ],
  ['no-function', 'export default {};', 'got object'],
  [
    'throws',
    'throw new Error("broken\\nin two lines");',
    'expected a file that loads, got Error: broken; repair it',
  ],
  ['import', "import './nowhere.mjs';", 'Cannot find module '],
  ['builder', 'export default () => { throw new TypeError("broken"); };', 'got TypeError: broken; repair it'],
  ['string', 'export default () => { throw "broken"; };', 'got Error: broken'],
  ['null', 'export default () => null;', 'expected a function that returns a module, got null'],
  ['late', 'export default async () => null;', 'expected a function that returns a module, got null'],
  ['other', 'export default () => ({ forward: (x) => x });', 'got object; return one of `nn`'],
])('a file of the network: %s', async (name, source, message) => {
  const file = `${name}.mjs`;
  await writeFile(join(root, file), source);
  const error = await loadNetwork(root, file, input).catch((error: Error) => error);
  expect((error as Error).message).toContain(message);
  expect((error as Error).message).toMatch(/^[^\n]+$/);
});

test('a file that is not there', async () => {
  await expect(loadNetwork(root, 'gone.ts', input)).rejects.toThrow(
    'name the file in `network` of the config',
  );
  await expect(loadPipeline(root)).rejects.toThrow(/pipeline\.config\.ts: expected a file, got no such file/);
});

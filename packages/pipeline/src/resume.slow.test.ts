import { readdir, readFile } from 'node:fs/promises';
import { createConsola } from 'consola';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PipelineFolder } from './folder.ts';
import prune from './stages/prune.ts';
import train from './stages/train.ts';
import { TestWorkspace } from './testing/workspace.ts';

let workspace: TestWorkspace;
let folder: PipelineFolder;

beforeAll(async () => {
  workspace = await TestWorkspace.create();
  await workspace.writePictures('photos', 40);
  await workspace.trainyard('new-pipeline', 'colours', '--data', './photos', '--size', '16');
  for (const stage of ['config', 'data', 'train', 'evaluate', 'export', 'optimize'])
    expect(await workspace.stage('colours', stage, '--epochs=2')).toMatchObject({ exitCode: 0 });
  folder = new PipelineFolder(workspace.path('pipelines/colours'));
});
afterAll(() => workspace.remove());

const log = createConsola({ level: 0 });
const neverLoaded = async () => {
  throw new Error('only the stage config reads the config');
};
const context = (signal: AbortSignal) => ({ folder, log, signal, loadPipeline: neverLoaded });
const undisturbed = new AbortController().signal;

const stages = [
  { name: 'train', stage: train, file: 'weights.bin' },
  { name: 'prune', stage: prune, file: 'pruned.onnx' },
] as const;

test.each(stages)('$name stops cleanly, goes on, and gives the same bytes', async ({ name, stage, file }) => {
  const read = () => readFile(folder.path(name, file));
  const checkpoints = () => readdir(folder.stage('checkpoints')).catch(() => []);
  await stage(context(undisturbed));
  const expected = await read();
  expect(await checkpoints()).toEqual([]);
  for (const milliseconds of [0, 60, 120, 180]) await stage(context(AbortSignal.timeout(milliseconds)));
  expect((await read()).equals(expected)).toBe(true);
  await stage(context(AbortSignal.abort()));
  expect(await checkpoints()).not.toEqual([]);
  await stage(context(undisturbed));
  expect((await read()).equals(expected)).toBe(true);
  expect(await checkpoints()).toEqual([]);
});

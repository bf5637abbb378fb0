import { readdir, readFile } from 'node:fs/promises';
import { loadBundle } from '@trainyard/runtime-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stageTable } from './stages/index.ts';
import { TestWorkspace } from './testing/workspace.ts';

let workspace: TestWorkspace;

beforeAll(async () => {
  workspace = await TestWorkspace.create();
  await workspace.writePictures('photos', 60);
});
afterAll(() => workspace.remove());

test('a folder of pictures becomes a pipeline, and the pipeline a bundle that classifies them', async () => {
  const made = await workspace.trainyard('new-pipeline', 'colours', '--data', './photos', '--size', '16');
  expect(made.output).toContain('of 2 classes (blue, red)');
  expect(made.exitCode).toBe(0);
  for (const stage of Object.keys(stageTable)) {
    const { exitCode, output } = await workspace.stage('colours', stage, '--epochs=8');
    expect(exitCode, `${stage}: ${output}`).toBe(0);
  }
  const files = await readdir(workspace.path('pipelines/colours/dist/bundle'));
  expect(files).toEqual(expect.arrayContaining(['manifest.json', 'float32.onnx', 'int8.onnx']));
  const report = JSON.parse(await readFile(workspace.path('pipelines/colours/dist/report.json'), 'utf8'));
  expect(report.reference.accuracy).toBe(1);
  const classifier = await loadBundle(workspace.path('pipelines/colours/dist/bundle'));
  const [{ label }] = await classifier.classify(workspace.path('photos/red/3.png'), { top: 1 });
  await classifier.dispose();
  expect(label).toBe('red');
});

test('a float32 model that does not compute what the trained network computes is not verified', async () => {
  const file = 'pipelines/colours/.trainyard/evaluate/logits.f32';
  const logits = await readFile(workspace.path(file));
  const moved = Buffer.from(logits);
  moved.writeFloatLE(logits.readFloatLE(0) + 0.01, 0);
  await workspace.write(file, moved);
  const { exitCode, output } = await workspace.stage('colours', 'verify');
  await workspace.write(file, logits);
  expect(output).toContain('a difference of 1.0e-2');
  expect(exitCode).toBe(1);
});

test('a name that is taken is refused, and what is there stays', async () => {
  const before = await readFile(workspace.path('pipelines/colours/pipeline.config.ts'), 'utf8');
  const { exitCode, output } = await workspace.trainyard('new-pipeline', 'colours', '--data', './photos');
  expect(exitCode).toBe(1);
  expect(output).toContain('which exists; choose another name, or remove the folder');
  expect(await readFile(workspace.path('pipelines/colours/pipeline.config.ts'), 'utf8')).toBe(before);
});

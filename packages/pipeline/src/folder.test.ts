import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Pipeline, parsePipeline } from './config.ts';
import { json, PipelineFolder } from './folder.ts';
import { writeSections } from './write-sections.ts';

const root = await mkdtemp(join(tmpdir(), 'trainyard-'));
afterAll(() => rm(root, { recursive: true }));

test('results lie in the pipeline, or all of them in the folder of a job', () => {
  const plain = new PipelineFolder(root);
  expect(plain.stage('train')).toBe(join(root, '.trainyard', 'train'));
  expect(plain.stage('package')).toBe(join(root, 'dist', 'bundle'));
  const work = join(root, 'work', '7');
  const job = new PipelineFolder(root, work);
  expect(job.root).toBe(root);
  expect(job.stage('train')).toBe(join(work, 'train'));
  expect(job.stage('package')).toBe(join(work, 'dist', 'bundle'));
  expect(job.stage('release')).toBe(join(work, 'dist'));
  expect(job.path('warm', 'weights.bin')).toBe(join(work, 'warm', 'weights.bin'));
  expect(job.lockFile).toBe(join(work, 'lock'));
});

test('a config that a run has recorded gives its sections, though keys are in another order and some are missing', async () => {
  const pipeline = parsePipeline('config', {
    name: 'glyphs',
    dataset: { name: 'glyphs', train: 10, size: 8 },
    train: { epochs: 1, learningRate: 0.1 },
  });
  const { retrain: _, ...older } = pipeline;
  const recorded = Object.fromEntries(Object.entries(older).reverse()) as unknown as Pipeline;
  const folder = (work: string) => new PipelineFolder(root, join(root, work));
  await writeSections(folder('a'), pipeline);
  await writeSections(folder('b'), recorded);
  for (const stage of ['data', 'train', 'export', 'package'])
    expect(await readFile(folder('b').path('config', `${stage}.json`), 'utf8')).toBe(
      await readFile(folder('a').path('config', `${stage}.json`), 'utf8'),
    );
  const bundle = `sha256:${'2'.repeat(64)}`;
  await writeSections(folder('c'), pipeline, { bundle, start: 'warm' });
  expect(await folder('c').section('package')).toMatchObject({ parent: bundle });
  expect(await readFile(folder('c').path('config', 'train.json'), 'utf8')).toBe(
    json({ ...(await folder('a').section('train')), start: 'warm' }),
  );
});

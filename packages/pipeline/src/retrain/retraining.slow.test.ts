import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadDataset } from '@trainyard/datasets';
import { type Manifest, openBundle } from '@trainyard/runtime-common';
import { folderSource } from '@trainyard/runtime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestOf, type Parent, type Pipeline } from '../config.ts';
import { readDatasetInfo, readSplit, readTrainedOn, saveDataset } from '../dataset-file.ts';
import type { PipelineFolder } from '../folder.ts';
import { GlyphRuns, type GlyphStyle, glyphDataset, glyphPipeline, toBundle } from '../testing/glyph-runs.ts';
import {
  type CheckedChampion,
  type ContestInput,
  checkRetraining,
  contest,
  predictedClassesOf,
  statisticsOf,
  type TrainedOn,
} from './index.ts';

const retrain = { start: 'warm', data: { keep: 'all', weight: 0.5 } } as const;
const styleA: GlyphStyle = { drift: 0 };
const styleB: GlyphStyle = { drift: 1 };

let runs: GlyphRuns;
let a: PipelineFolder;
let b: PipelineFolder;
let parent: Parent;

/** What a job finds in its folder when it trains A again. */
async function startFromA(run: string, pipeline: Pipeline): Promise<PipelineFolder> {
  const folder = await runs.start(run, pipeline, { ...parent, start: pipeline.retrain.start });
  await cp(a.stage('data'), folder.stage('parent-data'), { recursive: true });
  await cp(a.stage('train'), folder.stage('warm'), { recursive: true });
  return folder;
}

/** The pictures of a run, with labels that mean nothing. */
async function shuffleLabels(folder: PipelineFolder): Promise<void> {
  const info = await readDatasetInfo(folder);
  const [train, test] = [await readSplit(folder, 'train'), await readSplit(folder, 'test')];
  const labels = train.labels.map((label, i) => (label * 3 + i * 7) % 10);
  await saveDataset(folder, { ...info, train: { ...train, labels }, test });
}

beforeAll(async () => {
  runs = await GlyphRuns.create();
  a = await runs.start('a', glyphPipeline(styleA));
  await runs.run(a);
  parent = { bundle: digestOf(await a.read('package', 'manifest.json')), start: 'warm' };
  b = await startFromA('b', glyphPipeline(styleB, { retrain }));
  await runs.run(b);
  const small = { ...styleB, size: 20, train: 60, test: 40 };
  const once = { train: { epochs: 1, learningRate: 0.1, threads: 1 } };
  await runs.run(await runs.start('c', glyphPipeline(small, once)));
});
afterAll(() => runs?.remove());

describe('the check', () => {
  const { when } = glyphPipeline(styleA, { retrain: { when: { newPictures: false } } }).retrain;
  const look = async (
    dataset: Awaited<ReturnType<typeof loadDataset>>,
    more: Partial<CheckedChampion> = {},
  ) => {
    const info = await readDatasetInfo(a);
    const bundle = runs.bundle('a');
    const champion = {
      trainedAt: new Date(),
      statistics: statisticsOf(await readSplit(a, 'train'), info),
      predictedClasses: await predictedClassesOf(bundle, await readSplit(a, 'test'), info.imageShape),
      datasetDigest: info.digest,
      ...more,
    };
    const predictedClasses = await predictedClassesOf(bundle, dataset.train, dataset.imageShape);
    const current = { dataset, ...(predictedClasses && { predictedClasses }) };
    return checkRetraining({ config: when, now: new Date(), champion, current });
  };

  test('sees that style B is not what the champion was trained on', async () => {
    const { needed, reasons } = await look(await loadDataset(glyphDataset(styleB)));
    expect(needed).toBe(true);
    expect(reasons.join('\n')).toContain('brightness has moved');
    expect(reasons.join('\n')).toContain('dark has moved');
  });

  test.each([5, 6, 7])('sees nothing in other pictures of style A, seed %i', async (seed) => {
    const { needed, reasons } = await look(await loadDataset(glyphDataset({ ...styleA, seed })));
    expect(reasons).toHaveLength(6);
    expect(reasons.join('\n')).not.toContain('has moved');
    expect(needed).toBe(false);
  });

  test('sees 80 pictures of style B among 800 of style A', async () => {
    const old = await loadDataset(glyphDataset(styleA));
    const { train: few } = await loadDataset(glyphDataset({ ...styleB, train: 80 }));
    const train = {
      images: Buffer.concat([old.train.images, few.images]),
      labels: Int32Array.of(...old.train.labels, ...few.labels),
      length: 880,
    };
    const trainedOn: TrainedOn = {
      ...old,
      segments: [{ dataset: old.digest, source: old.source, pictures: 800 }],
    };
    const dataset = { ...old, train, digest: `sha256:${'0'.repeat(64)}` };
    expect(await look(dataset, { trainedOn })).toMatchObject({
      needed: true,
      report: { newPictures: { new: 80 }, drift: { compared: 80 } },
    });
  });
});

describe('a retraining', () => {
  test('takes about half of the old pictures along, before the new ones', async () => {
    const info = await readDatasetInfo(b);
    const [first, second] = info.segments!;
    expect(info.segments).toHaveLength(2);
    expect(first).toMatchObject({ dataset: (await readDatasetInfo(a)).digest });
    expect(first.source).toContain('drift 0');
    expect(Math.abs(first.pictures - 400)).toBeLessThan(71);
    expect(second).toMatchObject({ pictures: 800, source: expect.stringContaining('drift 1') });
    const current = await loadDataset(glyphDataset(styleB));
    expect(second.dataset).toBe(current.digest);
    const train = await readSplit(b, 'train');
    expect(train.length).toBe(first.pictures + 800);
    expect(Buffer.from(train.images.subarray(first.pictures * 256)).equals(current.train.images)).toBe(true);
    expect(await readSplit(b, 'test')).toMatchObject({ length: 400, labels: current.test.labels });
    expect((await readTrainedOn(b)).segments).toHaveLength(1);
  });

  test('says in its bundle and in its report what it was trained from', async () => {
    const { manifest } = await openBundle(await folderSource(runs.bundle('b')));
    expect(manifest.lineage).toMatchObject({
      parent: parent.bundle,
      dataset: { digest: (await readDatasetInfo(b)).digest },
    });
    await runs.run(b, ['release']);
    expect(await b.readJson('release', 'report.json')).toMatchObject({
      lineage: { parent: parent.bundle },
      dataset: { segments: (await readDatasetInfo(b)).segments },
    });
    expect(await readFile(b.path('release', 'report.html'), 'utf8')).toContain(parent.bundle);
  });

  test('gives the same bytes again, and others when it starts cold', async () => {
    const again = await startFromA('again', glyphPipeline(styleB, { retrain }));
    await runs.run(again, ['data', 'train']);
    for (const [stage, file] of [
      ['data', 'train.bin'],
      ['train', 'weights.bin'],
    ] as const)
      expect(digestOf(await again.read(stage, file))).toBe(digestOf(await b.read(stage, file)));
    await writeFile(again.path('config', 'train.json'), await a.read('config', 'train.json'));
    await runs.run(again, ['train']);
    expect(digestOf(await again.read('train', 'weights.bin'))).not.toBe(
      digestOf(await b.read('train', 'weights.bin')),
    );
  });

  test('that was interrupted goes on, but not with the weights of another champion', async () => {
    const folder = await startFromA('halted', glyphPipeline(styleB, { retrain }));
    await runs.run(folder, ['data']);
    const checkpoints = async () =>
      (await readdir(folder.stage('checkpoints'))).filter((file) => file.endsWith('.ckpt'));
    await runs.run(folder, ['train'], AbortSignal.abort());
    const [first] = await checkpoints();
    await cp(b.stage('train'), folder.stage('warm'), { recursive: true });
    await runs.run(folder, ['train'], AbortSignal.abort());
    expect(await checkpoints()).toEqual(expect.arrayContaining([first, expect.not.stringContaining(first)]));
    await cp(a.stage('train'), folder.stage('warm'), { recursive: true });
    await runs.run(folder, ['train'], AbortSignal.timeout(150));
    await runs.run(folder, ['train']);
    expect(digestOf(await folder.read('train', 'weights.bin'))).toBe(
      digestOf(await b.read('train', 'weights.bin')),
    );
  });

  test.each<[string, (folder: PipelineFolder) => Promise<void>, string]>([
    [
      'of another network',
      async (folder) => writeFile(folder.path('warm', 'weights.bin'), await c().read('train', 'weights.bin')),
      "warm start: expected the champion's weights to fit the network, got ",
    ],
    ['cut off', async (folder) => cut(folder.path('warm', 'weights.bin')), 'warm start: expected'],
    [
      'missing',
      (folder) => rm(folder.stage('warm'), { recursive: true }),
      "expected the champion's weights, got no such file",
    ],
  ])('refuses weights that are %s, and says to start cold', async (name, spoil, message) => {
    const folder = await startFromA(`spoiled-${name.slice(0, 3).trim()}`, glyphPipeline(styleB, { retrain }));
    await runs.run(folder, ['data']);
    await spoil(folder);
    const error = await runs.run(folder, ['train']).catch((error: Error) => error);
    expect(error).toMatchObject({ name: 'CommandError', message: expect.stringContaining(message) });
    expect((error as Error).message).toContain("start cold: retrain.start 'cold'");
  });

  test.each<[string, (folder: PipelineFolder) => Promise<void>, string]>([
    [
      'missing',
      (folder) => rm(folder.stage('parent-data'), { recursive: true }),
      "its run did not keep them: retrain with retrain.data.keep 'current'",
    ],
    [
      'cut off',
      (folder) => cut(folder.path('parent-data', 'train.bin')),
      'train.bin: expected 208000 bytes for 800 pictures, got 104000',
    ],
  ])('refuses old pictures that are %s', async (name, spoil, message) => {
    const folder = await startFromA(`old-${name.slice(0, 3)}`, glyphPipeline(styleB, { retrain }));
    await spoil(folder);
    await expect(runs.run(folder, ['data'])).rejects.toThrow(message);
  });
});

/** A run on pictures of another size, whose network has another shape. */
const c = () => runs.folder('c');
const cut = async (file: string) => {
  const bytes = await readFile(file);
  await writeFile(file, bytes.subarray(0, bytes.length / 2));
};

describe('the contest', () => {
  const held = async (more: Partial<ContestInput> = {}, promote: object = {}) =>
    contest({
      holdout: await readSplit(b, 'test'),
      info: await readDatasetInfo(b),
      challenger: runs.bundle('b'),
      champion: { bundle: runs.bundle('a'), trainedOn: await readTrainedOn(b) },
      config: glyphPipeline(styleB, { retrain: { promote } }).retrain.promote,
      targets: ['node', 'web'],
      ...more,
    });

  test('is won by the model that was trained on what there is now', async () => {
    const { promote, needsApproval, reasons, figures, metrics } = await held();
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(/^the challenger gains \d+\.\d\d % \(\d+ pictures right .* p < 0\.0001/);
    expect({ promote, needsApproval }).toEqual({ promote: true, needsApproval: false });
    expect(figures).toMatchObject({ target: 'node', holdout: { pictures: 400, leftOut: 0 } });
    const { accuracy } = await b.readJson<{ accuracy: number }>('evaluate', 'reference.json');
    expect(metrics.accuracy).toBeCloseTo(accuracy, 1);
    const counts = Object.values(metrics.predictedClasses as Record<string, number>);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(400);
    expect((await held({}, { by: 'approval' })).needsApproval).toBe(true);
  });

  test('is lost by one that was trained on shuffled labels, for a stated reason', async () => {
    const sabotaged = await startFromA(
      'sabotaged',
      glyphPipeline(styleB, { retrain: { ...retrain, start: 'cold' } }),
    );
    await runs.run(sabotaged, ['data']);
    await shuffleLabels(sabotaged);
    await runs.run(sabotaged, toBundle.slice(1));
    const input = { challenger: runs.bundle('sabotaged'), champion: { bundle: runs.bundle('b') } };
    const { promote, reasons } = await held(input, { require: 'not-worse' });
    expect(promote).toBe(false);
    expect(reasons[0]).toMatch(
      /^the challenger loses [3-9]\d\.\d\d % .*which chance does not explain at 0\.05$/,
    );
  });

  test('without a champion goes by the floors and budgets alone', async () => {
    const first = await held({ champion: undefined });
    expect(first).toMatchObject({
      promote: true,
      needsApproval: false,
      reasons: ['there is no champion to beat'],
    });
    const floors = await held(
      { champion: undefined },
      {
        minAccuracy: 1,
        minClassAccuracy: { 0: 0.1, 1: 1 },
        budgets: { node: { maxLatencyMs: 0.0001 }, web: { maxBytes: 10, minAgreement: 0.5 } },
      },
    );
    expect(floors.promote).toBe(false);
    expect(floors.reasons.map((reason) => reason.replace(/[\d.]+/g, '#'))).toEqual([
      'accuracy # % on # pictures is below # %',
      expect.stringMatching(/^class #: # of # right/),
      'node: latency # ms is above its budget of # ms',
      'web: size # bytes is above its budget of # bytes',
    ]);
  });

  test('leaves out test pictures that the champion was trained on', async () => {
    const holdout = await readSplit(b, 'test');
    const info = await readDatasetInfo(b);
    const some = {
      images: holdout.images.subarray(0, 30 * 256),
      labels: holdout.labels.subarray(0, 30),
      length: 30,
    };
    const trainedOn = (train: typeof some) => ({ ...info, segments: [], train });
    const fewer = await held({ champion: { bundle: runs.bundle('a'), trainedOn: trainedOn(some) } });
    expect(fewer.reasons.at(-1)).toBe(
      '30 of 400 test pictures were left out: the champion was trained on them',
    );
    expect(fewer).toMatchObject({ promote: true, figures: { holdout: { pictures: 370, leftOut: 30 } } });
    const none = await held({ champion: { bundle: runs.bundle('a'), trainedOn: trainedOn(holdout) } });
    expect(none).toMatchObject({
      promote: true,
      needsApproval: true,
      reasons: ['the champion was not compared: it was trained on all 400 test pictures'],
    });
  });

  test('with a champion that takes other pictures is for someone to decide', async () => {
    const other = await held({ champion: { bundle: runs.bundle('c') } }, { minAccuracy: 0.2 });
    expect(other).toMatchObject({ promote: true, needsApproval: true });
    expect(other.reasons).toEqual([
      expect.stringMatching(/^accuracy .* is at least 20\.00 %$/),
      'the champion was not compared: it takes pictures of 20×20×1, which are 16×16×1 now',
    ]);
    const bad = await held({ champion: { bundle: runs.bundle('c') } }, { minAccuracy: 1 });
    expect(bad.promote).toBe(false);
  });

  test('with a champion of other classes goes by their names', async () => {
    const plain = scoresOf(await held());
    const names = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
    // Its outputs are called by other names: 0 and 1 the other way round, and what was 9 is none of the classes now.
    const champion = { bundle: await relabelled('a', ['1', '0', ...names.slice(2, 9), 'nine']) };
    const mapped = await held({ champion });
    expect(mapped.reasons.slice(1)).toEqual([
      'the champion does not know the class 9, and has those pictures wrong',
      'the champion knows the class nine, which the dataset has no more',
    ]);
    const scores = scoresOf(mapped);
    expect(scores.slice(2, 9)).toEqual(plain.slice(2, 9));
    expect(scores[9]).toBe(0);
    expect(scores[0]).toBeLessThan(plain[0]);
    const strange = {
      bundle: await relabelled(
        'a',
        names.map((name) => `n${name}`),
      ),
    };
    expect(await held({ champion: strange })).toMatchObject({
      needsApproval: true,
      reasons: [expect.stringContaining('it knows none of the classes 0, 1, 2')],
    });
  });

  test('runs what each target would choose, and refuses a bundle in which one finds nothing', async () => {
    const preferring = await held({}, { prefer: { web: 'size', node: 'float32' } });
    expect(preferring.figures).toMatchObject({
      variants: { challenger: { node: 'float32', web: 'int8' }, champion: 'float32' },
    });
    const forNode = await changed('b', 'for-node', (manifest) => ({
      ...manifest,
      variants: manifest.variants.map((variant) => ({ ...variant, targets: ['node'] })),
    }));
    expect(await held({ challenger: forNode })).toMatchObject({
      promote: false,
      needsApproval: false,
      reasons: [expect.stringMatching(/^web would find no variant in the bundle: /)],
    });
  });

  test('takes a bundle that is for browsers alone', async () => {
    const forWeb = await changed('b', 'for-web', (manifest) => ({
      ...manifest,
      variants: manifest.variants.map((variant) => ({ ...variant, targets: ['web'] })),
    }));
    const champion = { bundle: runs.bundle('a') };
    expect(await held({ challenger: forWeb, champion, targets: ['web'] })).toMatchObject({
      promote: true,
      figures: { target: 'web', targets: { web: { accuracy: expect.any(Number) } } },
    });
    const test = await readSplit(b, 'test');
    const counts = (bundle: string, prefer?: string) =>
      predictedClassesOf(bundle, test, [16, 16, 1], { prefer });
    expect(await counts(forWeb)).toEqual(await counts(runs.bundle('b')));
    expect(await counts(forWeb, 'gone')).toEqual(await counts(runs.bundle('b')));
    expect(await predictedClassesOf(forWeb, test, [8, 32, 1])).toBeUndefined();
  });

  test('wants latency measured where it has a budget, and refuses a damaged bundle', async () => {
    const budgets = { node: { maxLatencyMs: 1000 } };
    expect((await held({}, { budgets })).promote).toBe(true);
    const untimed = await changed('b', 'untimed', (manifest) => manifest);
    await rm(join(untimed, 'benchmark.json'));
    expect(await held({ challenger: untimed }, { budgets })).toMatchObject({
      promote: false,
      reasons: ['node: latency was not measured'],
    });
    await cut(join(untimed, 'float32.onnx'));
    await expect(held({ challenger: untimed }, { prefer: { node: 'float32' } })).rejects.toThrow(
      /float32\.onnx: expected/,
    );
  });

  test('finds a bundle out that does not do what it promises', async () => {
    const boasting = await changed('b', 'boasting', (manifest) => ({
      ...manifest,
      variants: manifest.variants.map((variant) => ({ ...variant, accuracy: 1 })),
    }));
    await expect(held({ challenger: boasting }, { prefer: { node: 'float32' } })).rejects.toThrow(
      /^contest: expected the variant float32 of the challenger to have 400 of 400 test pictures right, got 3/,
    );
  });
});

/** Pictures of each class that the champion of a contest had right. */
const scoresOf = ({ figures }: Awaited<ReturnType<typeof contest>>): number[] =>
  (figures.champion as unknown as { classes: { right: number }[] }).classes.map(({ right }) => right);

/** A copy of a run's bundle with another manifest. */
async function changed(run: string, name: string, change: (manifest: Manifest) => object): Promise<string> {
  const copy = runs.workspace.path('bundles', name);
  await cp(runs.bundle(run), copy, { recursive: true });
  await rm(join(copy, 'manifest.sha256'));
  const file = join(copy, 'manifest.json');
  await writeFile(file, JSON.stringify(change(JSON.parse(await readFile(file, 'utf8')))));
  return copy;
}

const relabelled = (run: string, labels: string[]): Promise<string> =>
  changed(run, `labels-${labels[0]}`, (manifest) => ({ ...manifest, labels }));

import type { Store } from '@trainyard/registry';
import { contest, recordedCheck, registered, whyOf } from './filled-models.cases.ts';
import { datedRun, digitsConfig, stageNames, type Told, workedRun } from './filled-runs.cases.ts';
import { filledSweep } from './filled-sweep.cases.ts';
import { learningCurves } from './learning-curves.cases.ts';

/** What tests look for by name. */
export interface Filled {
  /** A run that is at work in `train`, and the points of its curves that are not logged yet. */
  readonly running: { readonly id: string; readonly token: number };
  readonly queued: string;
  readonly failed: string;
  /** The run of the champion. */
  readonly champion: string;
  readonly sweep: string;
}

/** Two weeks of a pipeline that retrains by itself: what the dashboard is about, by the registry's own calls. */
export async function fillStore(store: Store): Promise<Filled> {
  const { dataset, champion } = await fillHistory(store);
  await fillChecks(store);
  await store.schedules.put({
    pipeline: 'digits',
    name: 'nightly',
    cron: '0 3 * * *',
    timeZone: 'Europe/Berlin',
    mode: 'needed',
  });
  await store.schedules.put({
    pipeline: 'digits',
    name: 'monthly',
    cron: '30 4 1 * *',
    timeZone: 'UTC',
    mode: 'always',
  });
  await store.schedules.put({
    pipeline: 'glyphs',
    name: 'weekly',
    cron: '0 6 * * 1',
    timeZone: 'America/New_York',
    mode: 'needed',
  });
  await store.schedules.pause('glyphs', 'weekly', true);
  await store.database.query(
    `update trainyard.schedules set last_slot = date_trunc('day', clock_timestamp()) - interval '22 hours' where name = 'nightly'`,
  );
  const failed = await failedRun(store, dataset);
  await cancelledRun(store);
  await glyphsModel(store);
  const sweep = await filledSweep(store);
  const running = await runningRun(store, dataset, champion);
  const { id: queued } = await store.runs.create({
    pipeline: 'glyphs',
    config: digitsConfig({ epochs: 12 }),
    seeds: 3,
    trigger: 'check',
  });
  await store.stages.plan(queued, stageNames);
  return { running, queued, failed, champion, sweep };
}

/** Five versions: the third is refused, the last one waits for somebody to approve it. */
async function fillHistory(store: Store): Promise<{ dataset: string; champion: string }> {
  const { digest: dataset } = await store.datasets.record({
    digest: `sha256:${'3e9c51d7'.repeat(8)}`,
    name: 'digits',
    train: 1437,
    test: 360,
    statistics: {},
  });
  const story: (Told & { accuracy: number; end: 'promote' | 'refuse' | 'challenge' })[] = [
    { daysAgo: 13.2, seed: 11, accuracy: 0.9, end: 'promote' },
    { daysAgo: 8.9, seed: 12, accuracy: 0.944, end: 'promote', trigger: 'schedule:nightly' },
    { daysAgo: 5.9, seed: 13, accuracy: 0.411, end: 'refuse', trigger: 'schedule:nightly' },
    { daysAgo: 2.9, seed: 14, accuracy: 0.969, end: 'promote', trigger: 'schedule:nightly' },
    { daysAgo: 0.9, seed: 15, accuracy: 0.992, end: 'challenge', trigger: 'check' },
  ];
  let champion: { run: string; version: number; accuracy: number } | undefined;
  for (const told of story) {
    const { seed = 0, accuracy, end } = told;
    const points = learningCurves(seed, 8, { best: accuracy });
    const run = await workedRun(store, { ...told, dataset, parent: champion?.run, points, minutes: 6 });
    const version = await registered(store, run, 'digits', accuracy);
    await store.runs.complete(run.id, run.token, { accuracy, loss: 1.3 * (1 - accuracy) + 0.03 });
    await datedRun(store, run.id, told);
    const why = whyOf(contest(accuracy, champion?.accuracy, seed));
    if (end === 'refuse') await store.aliases.refuse(version, why);
    else await store.aliases.challenge(version, why);
    if (end === 'promote') {
      await store.aliases.promote(version, { ...why, over: champion?.version ?? null });
      champion = { run: run.id, version: version.version, accuracy };
    }
    await dateModel(store, 'digits', version.version, told.daysAgo ?? 0);
  }
  return { dataset, champion: champion!.run };
}

async function dateModel(store: Store, model: string, version: number, daysAgo: number): Promise<void> {
  const at = new Date(Date.now() - daysAgo * 86_400_000 + 360_000);
  for (const table of ['versions', 'decisions'])
    await store.database.query(
      `update trainyard.${table} set created = $3 where model = $1 and version = $2`,
      [model, version, at],
    );
}

/** Each night, with pictures that move away twice and are caught up with. */
async function fillChecks(store: Store): Promise<void> {
  const moves = [0.02, 0.04, 0.03, 0.12, 0.6, 0.05, 0.04, 0.1, 0.16, 0.2, 0.7, 0.06, 0.03];
  for (const [i, moved] of moves.entries()) {
    const version = i < 5 ? 1 : i < 11 ? 2 : 4;
    const check = await recordedCheck(store, { moved, seed: 40 + i, version, trigger: 'schedule:nightly' });
    await store.database.query('update trainyard.checks set created = $2 where id = $1', [
      check.id,
      new Date(Date.now() - (moves.length - i - 0.1) * 86_400_000),
    ]);
  }
}

async function failedRun(store: Store, dataset: string): Promise<string> {
  const points = learningCurves(21, 8).filter(({ name, step }) =>
    name === 'step/loss' ? step < 150 : step < 2,
  );
  const config = digitsConfig({ learningRate: 0.8 });
  const run = await store.runs.create({ pipeline: 'digits', config, seeds: 21, trigger: 'manual', dataset });
  await store.stages.plan(run.id, stageNames);
  const { token } = await store.runs.claim(run.id, {
    worker: 'shed-2',
    machine: { cpu: 'Cortex-A76', cores: 4 },
  });
  await store.stages.start(run.id, token, 'data');
  await store.stages.succeed(run.id, token, 'data');
  await store.stages.start(run.id, token, 'train');
  await store.runs.log(run.id, token, [...points, { name: 'step/loss', step: 150, value: Number.NaN }]);
  const reason = 'train: expected a finite loss, got NaN at step 150; lower the learning rate, which is 0.8';
  await store.stages.fail(run.id, token, 'train', { reason, kind: 'failure' });
  await store.runs.fail(run.id, token, reason);
  await datedRun(store, run.id, { daysAgo: 6.6, minutes: 1.2 });
  return run.id;
}

async function cancelledRun(store: Store): Promise<void> {
  const run = await store.runs.create({
    pipeline: 'digits',
    config: digitsConfig({ epochs: 200 }),
    seeds: 5,
  });
  await store.stages.plan(run.id, stageNames);
  await store.runs.claim(run.id, { worker: 'laptop' });
  await store.runs.cancel(run.id, '200 epochs were a slip');
  await datedRun(store, run.id, { daysAgo: 4.2, minutes: 0.4 });
}

async function glyphsModel(store: Store): Promise<void> {
  const run = await workedRun(store, { pipeline: 'glyphs', seed: 31, trigger: 'manual' });
  const version = await registered(store, run, 'glyphs', 0.967);
  await store.runs.complete(run.id, run.token, { accuracy: 0.967, loss: 0.11 });
  await datedRun(store, run.id, { daysAgo: 7.3, minutes: 11 });
  await store.aliases.promote(version, { by: 'gate', reason: 'there is no champion to beat', over: null });
  await dateModel(store, 'glyphs', version.version, 7.3);
}

/** In its second try, after a worker that went silent. */
async function runningRun(store: Store, dataset: string, parent: string) {
  const run = await store.runs.create({
    pipeline: 'digits',
    config: digitsConfig({ epochs: 10, learningRate: 0.0015 }),
    seeds: 16,
    trigger: 'schedule:nightly',
    dataset,
    parent,
  });
  await store.stages.plan(run.id, stageNames);
  const first = await store.runs.claim(run.id, {
    worker: 'shed-2',
    machine: { cpu: 'Cortex-A76', cores: 4 },
    lease: 0.001,
  });
  await store.stages.start(run.id, first.token, 'data');
  await store.stages.succeed(run.id, first.token, 'data');
  await store.stages.start(run.id, first.token, 'train');
  await store.stages.fail(run.id, first.token, 'train', { reason: 'its worker went silent', kind: 'crash' });
  const { id, token } = await store.runs.claim(run.id, {
    worker: 'shed-1',
    machine: { cpu: 'AMD EPYC 7543', cores: 8 },
    lease: 86_000,
  });
  await store.stages.start(id, token, 'train');
  await store.stages.progress(id, token, 'train', { progress: 0.34, note: 'epoch 4 of 10' });
  await store.runs.log(id, token, learningCurves(16, 3));
  await datedRun(store, id, { daysAgo: 0.0014, minutes: 3 });
  return { id, token };
}

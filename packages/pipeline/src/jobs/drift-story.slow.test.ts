import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { openStore, type Store } from '@trainyard/registry';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestOf } from '../config.ts';
import { writeGlyphPictures } from '../testing/glyph-pictures.ts';
import { writeGlyphsPipeline } from '../testing/glyphs-pipeline.ts';
import { TestWorkspace } from '../testing/workspace.ts';

let workspace: TestWorkspace;
beforeAll(async () => {
  workspace = await TestWorkspace.create();
  await writeGlyphsPipeline(workspace, {
    dataset: `{ name: 'image-folder', folder: '../../pictures', size: 16, channels: 1 }`,
    more: 'retrain: { when: { newPictures: false } },',
  });
});
afterAll(() => workspace.remove());

async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ folder: workspace.path('.trainyard', 'store'), url: '', share: true });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

const aliases = () =>
  withStore(async (store) => {
    const { champion, challenger, previous } = await store.aliases.get('glyphs');
    return { champion: champion?.version, challenger: challenger?.version, previous: previous?.version };
  });

const lastDecision = () => withStore(async (store) => (await store.aliases.decisions('glyphs'))[0]!);

async function trainyard(...args: string[]): Promise<string> {
  const { exitCode, output } = await workspace.trainyard(...args);
  expect(exitCode, output).toBe(0);
  return output;
}

/** Works until there is a check that is newer, and the run that it started has ended. */
async function workThroughSlot(): Promise<string> {
  const known = await withStore((store) => store.checks.list());
  const [file, ...args] = workspace.trainyardCommand('worker', 'glyphs');
  const worker = spawn(file, args, { cwd: workspace.root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [worker.stdout, worker.stderr])
    stream.on('data', (data: Buffer) => {
      output += data;
    });
  try {
    for (const end = performance.now() + 120_000; ; await wait(500)) {
      if (performance.now() > end) throw new Error(`nothing happened:\n${output}`);
      const done = await withStore(async ({ checks, runs }) => {
        const [newest] = await checks.list();
        if (!newest || newest.id === known[0]?.id) return false;
        if (!newest.run) return !newest.needed;
        const { status } = await runs.get(newest.run);
        return status !== 'queued' && status !== 'running';
      }).catch(() => false);
      if (done) return output;
    }
  } finally {
    worker.kill('SIGTERM');
    await once(worker, 'exit');
  }
}

/** As if no worker had been there since the day before yesterday: the slots of two nights were missed. */
const missSlots = () =>
  withStore(({ database }) =>
    database.query(`update trainyard.schedules set last_slot = last_slot - interval '2 days'`),
  );

test('a model ages, is retrained on schedule, and can be rolled back', { timeout: 600_000 }, async () => {
  // A champion of style A.
  await writeGlyphPictures(workspace, { drift: 0 });
  await trainyard('retrain', 'glyphs');
  expect(await aliases()).toEqual({ champion: 1 });

  // Other pictures of the same style are no drift: the missed slots are caught up once, and nothing is retrained.
  await trainyard('schedule', 'glyphs', '0 3 * * *', '--if-needed', '--time-zone', 'Europe/Berlin');
  await writeGlyphPictures(workspace, { drift: 0, seed: 1 });
  await missSlots();
  await workThroughSlot();
  const calm = await withStore((store) => store.checks.list());
  expect(calm, JSON.stringify(calm[0]?.reasons)).toMatchObject([
    { needed: false, trigger: 'schedule:default', run: null },
  ]);

  // Style B: the check sees it, the job retrains, the challenger wins by the gate.
  await writeGlyphPictures(workspace, { drift: 1 });
  await trainyard('schedule', 'glyphs', '0 4 * * *', '--if-needed', '--time-zone', 'Europe/Berlin');
  await missSlots();
  await workThroughSlot();
  const [check] = await withStore((store) => store.checks.list());
  expect(check).toMatchObject({ needed: true, version: 1 });
  expect(check!.reasons.join('\n')).toMatch(/contrast has moved: stability index \d/);
  expect(await aliases()).toEqual({ champion: 2, previous: 1 });
  const won = await lastDecision();
  expect(won).toMatchObject({ kind: 'promote', version: 2, by: 'gate' });
  expect(won.reason).toMatch(/the challenger gains \d+\.\d+ % .*: p < 0\.0001, chi-squared/);
  expect(won.figures).toMatchObject({ test: { pValue: expect.any(Number) } });

  // Labels that were mixed up make a challenger that is refused, and says why.
  await writeGlyphPictures(workspace, { drift: 1, seed: 2, shuffled: true });
  await trainyard('retrain', 'glyphs');
  expect(await aliases()).toEqual({ champion: 2, previous: 1 });
  const refused = await lastDecision();
  expect(refused).toMatchObject({ kind: 'refuse', version: 3, by: 'gate' });
  expect(refused.reason).toMatch(/the challenger loses \d+\.\d+ %/);

  // No worker is there: rollback needs none.
  const first = await withStore(async (store) => store.versions.get({ model: 'glyphs', version: 1 }));
  const started = performance.now();
  await trainyard('rollback', 'glyphs', '--reason', 'complaints');
  const seconds = (performance.now() - started) / 1000;
  expect(await aliases()).toEqual({ champion: 1 });
  expect(seconds).toBeLessThan(5);
  await trainyard('models', 'glyphs', '--deploy', 'deployed');
  expect(digestOf(await readFile(workspace.path('deployed', 'manifest.json')))).toBe(first.bundle);
});

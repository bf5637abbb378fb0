import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@trainyard/registry';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Pipeline, parsePipeline } from '../config.ts';
import { fetchLastTraining, readLastTraining } from './last-training.ts';
import { newTraining } from './start-training.ts';

let root: string;
let store: Store;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'trainyard-'));
  store = await openStore({ folder: join(root, 'store'), url: '' });
});
afterAll(async () => {
  await store?.close();
  await rm(root, { recursive: true });
});

const configured = (more: object = {}): Pipeline =>
  parsePipeline('config', {
    name: 'glyphs',
    dataset: { name: 'glyphs', train: 10 },
    train: { epochs: 1, learningRate: 0.1 },
    ...more,
  });
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

/** A run that retrains, or one that looked whether to, and ends. */
async function run(key: string, dataset?: string): Promise<void> {
  const training = { project: 'glyphs', pipeline: configured(), code: digest('1') };
  const { id } = await store.runs.create({ ...(await newTraining(store, training)), key });
  const { token } = await store.runs.claim(id, { worker: 'test' });
  if (dataset) {
    const statistics = { of: dataset };
    await store.datasets.record({ digest: dataset, name: 'glyphs', train: 10, test: 1, statistics });
    await store.runs.useDataset(id, token, dataset);
  }
  await store.runs.complete(id, token, {});
}

test('the last training is found behind checks and trials, with what has changed since', async () => {
  const now = { pipeline: configured(), code: digest('1') };
  await fetchLastTraining(store, 'glyphs', root);
  expect(await readLastTraining(root, now)).toBeUndefined();
  await run('first', digest('a'));
  await run('second', digest('b'));
  await run('check');
  await fetchLastTraining(store, 'glyphs', root);
  const last = await readLastTraining(root, now);
  expect(last).toMatchObject({ sameRecipe: true, statistics: { of: digest('b') } });
  expect(Math.abs(Date.now() - last!.finished.getTime())).toBeLessThan(60_000);
  const sameRecipe = async (change: Partial<typeof now>) =>
    (await readLastTraining(root, { ...now, ...change }))!.sameRecipe;
  expect(await sameRecipe({ code: digest('2') })).toBe(false);
  expect(await sameRecipe({ pipeline: configured({ seed: 2 }) })).toBe(false);
  expect(await sameRecipe({ pipeline: configured({ retrain: { start: 'warm' } }) })).toBe(false);
  expect(await sameRecipe({ pipeline: configured({ retrain: { data: { keep: 'all' } } }) })).toBe(false);
  // When to train and who may serve changes no model.
  expect(await sameRecipe({ pipeline: configured({ retrain: { when: { maxAgeDays: 1 } } }) })).toBe(true);
  expect(await sameRecipe({ pipeline: configured({ retrain: { promote: { by: 'approval' } } }) })).toBe(true);
});

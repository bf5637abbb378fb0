import type { Store } from '@trainyard/registry';
import { datedRun, digitsConfig } from './filled-runs.cases.ts';
import { learningCurves } from './learning-curves.cases.ts';
import { randomNumbers } from './random.cases.ts';

const trials = 18;
const onNextRung = 6;

/** A sweep by successive halving: many short tries, and the best of them again, for longer. @returns its id */
export async function filledSweep(store: Store): Promise<string> {
  const random = randomNumbers(77);
  const { id } = await store.sweeps.create({
    pipeline: 'digits',
    config: {
      method: 'halving',
      seed: 77,
      metric: 'accuracy',
      space: {
        learningRate: { from: 0.0002, to: 0.05, scale: 'log' },
        batchSize: [32, 64, 128],
        dropout: { from: 0, to: 0.5 },
        optimizer: ['adam', 'sgd'],
      },
    },
  });
  const all = Array.from({ length: trials }, (_, trial) => {
    const learningRate = Number((0.0002 * 250 ** random()).toPrecision(3));
    const batchSize = [32, 64, 128][Math.floor(random() * 3)]!;
    const dropout = Number((random() * 0.5).toFixed(2));
    const optimizer = random() < 0.6 ? 'adam' : 'sgd';
    const best = optimizer === 'adam' ? 0.003 : 0.02;
    const accuracy =
      0.985 - 0.035 * Math.abs(Math.log10(learningRate / best)) - 0.05 * dropout * dropout - random() * 0.01;
    return { trial, accuracy, parameters: { learningRate, batchSize, dropout, optimizer } };
  });
  for (const one of all) await tried(store, id, { ...one, rung: 0, accuracy: one.accuracy - 0.02 });
  const kept = [...all].sort((a, b) => b.accuracy - a.accuracy).slice(0, onNextRung);
  for (const one of kept) await tried(store, id, { ...one, rung: 1 });
  await store.sweeps.finish(id, 'succeeded', { trial: kept[0]!.trial, parameters: kept[0]!.parameters });
  await store.database.query(
    `update trainyard.sweeps set created = clock_timestamp() - interval '10 days', finished = clock_timestamp() - interval '10 days' + interval '47 minutes' where id = $1`,
    [id],
  );
  return id;
}

interface Try {
  readonly trial: number;
  readonly rung: number;
  readonly accuracy: number;
  readonly parameters: Readonly<Record<string, number | string>>;
}

async function tried(store: Store, sweep: string, { trial, rung, accuracy, parameters }: Try): Promise<void> {
  const { id } = await store.runs.create({
    pipeline: 'digits',
    config: digitsConfig(parameters),
    seeds: 77,
    trigger: 'sweep',
    key: `sweep/${sweep}/${trial}/${rung}`,
  });
  await store.stages.plan(id, ['data', 'train', 'evaluate']);
  const { token } = await store.runs.claim(id, { worker: trial % 2 ? 'shed-1' : 'shed-2', lease: 86_000 });
  for (const name of ['data', 'train', 'evaluate']) {
    await store.stages.start(id, token, name);
    await store.stages.succeed(id, token, name);
  }
  await store.runs.log(id, token, learningCurves(trial + 100, rung === 0 ? 2 : 4, { best: accuracy }));
  await store.runs.complete(id, token, { accuracy, loss: 1.4 * (1 - accuracy) + 0.05 });
  await store.sweeps.addTrial(sweep, { trial, rung, parameters, run: id });
  await datedRun(store, id, { daysAgo: 10 - (rung * trials + trial) * 0.001, minutes: 1.1 + rung });
}

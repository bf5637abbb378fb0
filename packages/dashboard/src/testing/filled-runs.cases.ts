import type { JsonObject, MetricPoint, Run, Store } from '@trainyard/registry';
import { learningCurves } from './learning-curves.cases.ts';

export const stageNames = ['data', 'train', 'evaluate', 'compress', 'verify', 'package', 'promote'] as const;
/** Share of a run's time that each stage takes. */
const shares: Readonly<Record<string, number>> = {
  data: 0.03,
  train: 0.6,
  evaluate: 0.04,
  compress: 0.18,
  verify: 0.07,
  package: 0.05,
  promote: 0.03,
};

const machine = {
  cpu: 'AMD EPYC 7543',
  cores: 8,
  platform: 'linux x64',
  node: '22.23.1',
  onnxruntime: '1.30.0',
};

export const digitsConfig = (changes: JsonObject = {}): JsonObject => ({
  pipeline: {
    dataset: 'digits',
    network: 'network.ts',
    train: { epochs: 8, batchSize: 64, optimizer: 'adam', learningRate: 0.002, ...changes },
    quantize: { method: 'static', calibration: 256 },
    targets: ['node', 'web', 'embedded'],
  },
  code: `sha256:${'5f'.repeat(32)}`,
  start: 'warm',
});

export interface Told {
  readonly pipeline?: string;
  readonly config?: JsonObject;
  readonly seed?: number;
  readonly trigger?: string;
  readonly parent?: string;
  readonly dataset?: string;
  readonly worker?: string;
  /** Days before now. */
  readonly daysAgo?: number;
  readonly minutes?: number;
  readonly points?: readonly MetricPoint[];
  readonly stages?: readonly string[];
  readonly key?: string;
}

/** A run that has gone through all stages but the end of the last one, with its token still good. */
export async function workedRun(store: Store, told: Told): Promise<Run> {
  const {
    pipeline = 'digits',
    config = digitsConfig(),
    seed = 7,
    trigger = 'manual',
    stages = stageNames,
  } = told;
  const { parent, dataset, worker = 'shed-1', points = learningCurves(seed, 8), key } = told;
  const commit = `${seed.toString(16).padStart(2, '0')}c4d19e7b0a86f2`.repeat(3).slice(0, 40);
  const { id } = await store.runs.create({
    pipeline,
    config,
    seeds: seed,
    trigger,
    parent,
    dataset,
    commit,
    key,
  });
  await store.stages.plan(id, stages);
  const run = await store.runs.claim(id, { worker, machine, lease: 86_000 });
  await store.runs.log(id, run.token, points);
  for (const name of stages) {
    await store.stages.start(id, run.token, name);
    await store.stages.succeed(id, run.token, name);
  }
  for (const [name, size] of Object.entries({ 'train/weights.bin': 51_200, 'package/manifest.json': 2_400 }))
    await store.runs.attach(
      id,
      run.token,
      name,
      new TextEncoder().encode(`${seed} ${name} `.repeat(size / 20)),
    );
  return run;
}

/** Has it that a run took place so many days ago, and took so many minutes. */
export async function datedRun(store: Store, id: string, { daysAgo = 0, minutes = 6 }: Told): Promise<void> {
  const started = new Date(Date.now() - daysAgo * 86_400_000);
  const after = (share: number) => new Date(started.getTime() + share * minutes * 60_000);
  await store.database.query(
    `update trainyard.runs set created = $2, started = case when started is null then null else $2::timestamptz end,
       finished = case when finished is null then null else $3::timestamptz end where id = $1`,
    [id, started, after(1)],
  );
  await store.database.query(
    `update trainyard.run_attempts set started = $2, ended = case when ended is null then null else $3::timestamptz end
     where run = $1`,
    [id, started, after(1)],
  );
  await store.database.query('update trainyard.run_files set created = $2 where run = $1', [id, after(0.95)]);
  let done = 0;
  for (const { name, started: begun } of await store.stages.list(id)) {
    const from = after(done);
    done += shares[name] ?? 0.2;
    if (begun === null) continue;
    await store.database.query(
      `update trainyard.run_stages set started = $3, finished = case when finished is null then null else $4::timestamptz end
       where run = $1 and name = $2`,
      [id, name, from, after(done)],
    );
  }
}

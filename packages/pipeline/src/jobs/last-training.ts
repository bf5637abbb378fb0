import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject, Store } from '@trainyard/registry';
import { type Pipeline, parsePipeline, sectionsOf } from '../config.ts';
import { json } from '../folder.ts';
import type { LastTraining } from '../retrain/index.ts';
import { type TrainingConfig, trainingConfigOf } from './run-config.ts';

/** What the work of a check gets of the last training of its pipeline. */
interface TrainingFile {
  readonly finished: string;
  readonly statistics: JsonObject;
  readonly config: TrainingConfig;
}

const fileOf = (folder: string): string => join(folder, 'last-training.json');
/** Runs among which it is looked for: checks and trials of sweeps are runs too. */
const recent = 1_000;

/** Writes what is known of the last training that came to its end; nothing where there was none. */
export async function fetchLastTraining(store: Store, pipeline: string, folder: string): Promise<void> {
  // Of all runs of a pipeline, those that retrain it record their dataset.
  const ended = await store.runs.list({ pipeline, status: 'succeeded', limit: recent });
  const last = ended.find(({ dataset }) => dataset !== null);
  if (!last?.dataset || !last.finished) return;
  const { statistics } = await store.datasets.get(last.dataset);
  const known: TrainingFile = {
    finished: last.finished.toISOString(),
    statistics,
    config: trainingConfigOf(last),
  };
  await writeFile(fileOf(folder), json(known));
}

/**
 * What `fetchLastTraining` wrote; undefined where there was none.
 * @param now the config and the digest of the network's code as they are
 */
export async function readLastTraining(
  folder: string,
  now: { readonly pipeline: Pipeline; readonly code: string },
): Promise<LastTraining | undefined> {
  if (!existsSync(fileOf(folder))) return undefined;
  const { finished, statistics, config } = JSON.parse(await readFile(fileOf(folder), 'utf8')) as TrainingFile;
  const sameRecipe = config.code === now.code && recipeOf(config) === recipeOf(now);
  return { finished: new Date(finished), statistics, sameRecipe };
}

/** Digest of all of the config that decides what a training gives. */
function recipeOf({
  pipeline,
  start,
}: Pick<TrainingConfig, 'pipeline'> & { start?: TrainingConfig['start'] }) {
  const parsed = parsePipeline('the config of the last training', pipeline);
  return sectionsOf(parsed, { bundle: '', start: start ?? parsed.retrain.start }).package.configDigest;
}

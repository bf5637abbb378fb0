import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportFiles, type JsonObject, NotFoundError, type Store, type Version } from '@trainyard/registry';
import { json } from '../folder.ts';
import { materialize, moved } from './materialize.ts';

/** What the work of a job gets of the model that serves. */
export interface ChampionFiles {
  readonly version: number;
  readonly created: string;
  readonly metrics: JsonObject;
  /** Of the dataset that it was trained on. */
  readonly statistics: JsonObject;
}

/** The version of a pipeline's model, which has its name, that serves; undefined where none does yet. */
export async function championOf(
  { aliases }: Pick<Store, 'aliases'>,
  model: string,
): Promise<Version | undefined> {
  try {
    return (await aliases.get(model)).champion;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

const about = 'champion.json';
export const championBundle = (folder: string): string => join(folder, 'champion');

/** Writes the champion's bundle, what it was trained on, and what is known of it; nothing where there is none. */
export async function fetchChampion(store: Store, model: string, folder: string): Promise<void> {
  const champion = await championOf(store, model);
  if (!champion) return;
  const { version, created, metrics, dataset, files, run } = champion;
  const statistics = dataset ? (await store.datasets.get(dataset)).statistics : {};
  await exportFiles(store.artifacts, files, championBundle(folder));
  await materialize(store, run, folder, moved('data', 'parent-data'));
  await writeFile(join(folder, about), json({ version, created, metrics, statistics }));
}

/** What `fetchChampion` wrote; undefined where there was no champion. */
export async function readChampion(folder: string): Promise<ChampionFiles | undefined> {
  const file = join(folder, about);
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as ChampionFiles) : undefined;
}

import type { ImageDataset } from '@trainyard/trainer';
import { DatasetError } from './errors.ts';
import * as loaders from './loaders.ts';

type Loaders = typeof loaders;
type Kebab<S extends string> = S extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `-${Lowercase<Head>}`}${Kebab<Tail>}`
  : S;
/** 'loadImageFolder' → 'image-folder' */
type NameOf<K extends keyof Loaders> = K extends `load${infer Rest}` ? Kebab<Uncapitalize<Rest>> : never;

/** `{ name: 'digits' } | { name: 'glyphs', seed?, … } | …`: the options of every loader, told apart by name. */
export type LoadDatasetOptions = {
  [K in keyof Loaders]: { readonly name: NameOf<K> } & NonNullable<Parameters<Loaders[K]>[0]>;
}[keyof Loaders];

export type DatasetName = LoadDatasetOptions['name'];

const byName = new Map(
  Object.entries(loaders).map(([key, load]) => [
    key
      .slice('load'.length)
      .replace(/(?!^)[A-Z]/g, '-$&')
      .toLowerCase(),
    load as (options: unknown) => Promise<ImageDataset>,
  ]),
);

/** The names `loadDataset` knows, in alphabetical order. */
export const datasetNames = [...byName.keys()].sort() as DatasetName[];

/**
 * Loads a dataset by name, as a pipeline's config gives it.
 *
 * @throws DatasetError for a name that is not one of `datasetNames`, and whatever the loader throws.
 */
export async function loadDataset({ name, ...options }: LoadDatasetOptions): Promise<ImageDataset> {
  const load = byName.get(name);
  if (!load) throw new DatasetError('loadDataset', `one of ${datasetNames.join(', ')}`, `'${name}'`);
  return load(options);
}

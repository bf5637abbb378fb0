import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { openStore, type Store } from '@trainyard/registry';
import type { ConsolaInstance } from 'consola';
import { CommandError } from '../errors.ts';
import { configFile } from '../folder.ts';
import { pipelineFolder, storeFolder } from '../jobs/places.ts';

/** What commands share. */
export interface CommandContext {
  readonly log: ConsolaInstance;
  /** Fires on Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/**
 * The workspace's store: PostgreSQL where TRAINYARD_DATABASE_URL is set, else the embedded one, through the process
 * that has it open where one has.
 */
export const openWorkspaceStore = (): Promise<Store> => openStore({ folder: storeFolder(), share: true });

/** Opens the store for one piece of work. */
export async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openWorkspaceStore();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** The name of a pipeline, given as its name or as its folder. @throws CommandError where there is none */
export function pipelineName(given: string): string {
  const name =
    given
      .replace(/[/\\]+$/, '')
      .split(/[/\\]/)
      .at(-1) ?? '';
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name) || !existsSync(resolve(pipelineFolder(name), configFile)))
    throw new CommandError(
      JSON.stringify(given),
      `a pipeline with its ${configFile} in pipelines/`,
      'none',
      'run it in the root of the workspace, or make one with `npm run new-pipeline`',
    );
  return name;
}

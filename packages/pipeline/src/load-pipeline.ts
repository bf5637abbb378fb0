import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Module } from '@trainyard/trainer';
import { type Pipeline, type PipelineInput, parsePipeline } from './config.ts';
import type { DatasetInfo } from './dataset-file.ts';
import { CommandError } from './errors.ts';
import { applyOverrides, type Overrides } from './overrides.ts';

/** What a network is built for. */
export interface NetworkInput {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
}

export const networkInput = ({
  imageShape: [height, width, channels],
  classes,
}: DatasetInfo): NetworkInput => ({
  height,
  width,
  channels,
  classes: classes.length,
});

/** The default export of a pipeline's `network.ts`. It must build the same network each time. */
export type NetworkBuilder = (input: NetworkInput) => Module;

async function importDefault(path: string, remedy: string): Promise<unknown> {
  if (!existsSync(path)) throw new CommandError(basename(path), 'a file', `no such file: ${path}`, remedy);
  const { default: exported } = (await import(pathToFileURL(path).href)) as { default?: unknown };
  return exported;
}

/** Reads and checks the `pipeline.config.ts` of a folder. @throws CommandError that names what is wrong */
export async function loadPipeline(root: string, overrides: Overrides = {}): Promise<Pipeline> {
  const where = `${basename(root)}/pipeline.config.ts`;
  const exported = await importDefault(
    join(root, 'pipeline.config.ts'),
    'make a pipeline with `npm run new-pipeline`',
  );
  if (typeof exported !== 'object' || exported === null)
    throw new CommandError(where, 'a default export made with definePipeline', typeof exported);
  return parsePipeline(where, applyOverrides(exported as PipelineInput, overrides));
}

/** Builds the network of a pipeline. @throws CommandError when its file has no builder */
export async function loadNetwork(root: string, file: string, input: NetworkInput): Promise<Module> {
  const build = await importDefault(join(root, file), 'name the file in `network` of the config');
  if (typeof build !== 'function')
    throw new CommandError(file, 'a function as default export that builds the network', typeof build);
  return (build as NetworkBuilder)(input);
}

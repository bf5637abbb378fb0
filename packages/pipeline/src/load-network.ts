import { join } from 'node:path';
import { describeNetwork, Module } from '@trainyard/trainer';
import type { DatasetInfo } from './dataset-file.ts';
import { isOurs } from './describe-error.ts';
import { CommandError } from './errors.ts';
import { importDefault, reasonOf } from './load-pipeline.ts';

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
export type NetworkBuilder = (input: NetworkInput) => Module | Promise<Module>;

/**
 * Builds the network of a pipeline, and checks that it has a logit for each class.
 * @throws CommandError when its file has no builder, or the builder fails; NetworkError when it does not fit the pictures
 */
export async function loadNetwork(root: string, file: string, input: NetworkInput): Promise<Module> {
  const build = await importDefault(join(root, file), 'name the file in `network` of the config');
  if (typeof build !== 'function')
    throw new CommandError(file, 'a function as default export that builds the network', typeof build);
  const network = await callBuilder(file, build as NetworkBuilder, input);
  if (!(network instanceof Module))
    throw new CommandError(
      file,
      'a function that returns a module',
      describeValue(network),
      'return one of `nn`',
    );
  requireClasses(file, network, input);
  return network;
}

async function callBuilder(file: string, build: NetworkBuilder, input: NetworkInput): Promise<unknown> {
  try {
    return await build(input);
  } catch (cause) {
    if (isOurs(cause)) throw cause;
    throw new CommandError(file, 'a builder that returns a network', reasonOf(cause), 'repair it', { cause });
  }
}

const describeValue = (value: unknown): string => (value === null ? 'null' : typeof value);

function requireClasses(
  file: string,
  network: Module,
  { height, width, channels, classes }: NetworkInput,
): void {
  const { output } = describeNetwork(network, { dtype: 'uint8', shape: [1, height, width, channels] });
  const { dtype, shape } = output;
  if (dtype !== 'float32' || shape.length !== 2 || shape[1] !== classes)
    throw new CommandError(
      file,
      `an output float32 [1, ${classes}], a logit for each class`,
      `${dtype} [${shape.join(', ')}]`,
      'make the last layer one with `classes` outputs',
    );
}

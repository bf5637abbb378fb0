import { type Command, InvalidArgumentError } from 'commander';
import type { PipelineInput } from './config.ts';

/** Options of the command line that stand above the config. */
export interface Overrides {
  readonly epochs?: number;
  readonly seed?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('expected a whole number from 0.');
  return value;
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError('expected a number above 0.');
  return value;
}

export const addOverrideOptions = (command: Command): Command =>
  command
    .option('--epochs <count>', 'passes over the training pictures', wholeNumber)
    .option('--seed <number>', 'seed of everything random', wholeNumber)
    .option('--batch-size <count>', 'pictures a step', wholeNumber)
    .option('--learning-rate <rate>', 'largest learning rate', positiveNumber);

/** The config with the command line's options put in. */
export function applyOverrides(
  pipeline: PipelineInput,
  { epochs, seed, batchSize, learningRate }: Overrides,
): PipelineInput {
  const given = Object.fromEntries(
    Object.entries({ epochs, batchSize, learningRate }).filter(([, value]) => value !== undefined),
  );
  return { ...pipeline, seed: seed ?? pipeline.seed, train: { ...pipeline.train, ...given } };
}

import { type Parameters, rungsOf, type SweepConfig, type TrialState } from '@trainyard/jobs';
import * as v from 'valibot';
import { type Pipeline, parsePipeline, pipelineSchema } from '../config.ts';
import { CommandError } from '../errors.ts';
import type { SweepSettings } from './settings.ts';

/** Of the training pictures, where neither the sweep nor the recipe says how many are kept back. */
const defaultValidation = 0.2;

type Fields = { readonly [key: string]: unknown };

/**
 * The pipeline of a trial: its settings put in, and nothing but the training, measured on pictures kept back from it.
 * Chosen by the test pictures, the winner would look better on them than it is.
 *
 * @param pipeline as `loadPipeline` gives it, with its section `sweep`
 * @param epochs instead of the recipe's, where the method has a say in that
 * @throws CommandError that names the path of a setting that there is not, or that refuses its value
 */
export function applyTrial(
  pipeline: Pipeline,
  parameters: Parameters,
  epochs = pipeline.train.epochs,
): Pipeline {
  const { name, dataset, network, seed, train, targets } = pipeline;
  const base = {
    name,
    dataset,
    network,
    seed,
    train: { ...train, epochs, validation: validationOf(train, pipeline.sweep) },
    targets,
  } satisfies Partial<Pipeline>;
  const varied = Object.entries(parameters).reduce<Fields>(
    (config, [path, value]) => withSetting(config, path.split('.'), value),
    base,
  );
  const where = `sweep.space of ${name}`;
  refuseUnknown(where, varied);
  return parsePipeline(where, varied);
}

/** @throws CommandError at a path that no setting has */
function refuseUnknown(where: string, config: Fields): void {
  const { issues = [] } = v.safeParse(pipelineSchema, config);
  const unknown = issues.find(({ expected }) => expected === 'never');
  if (unknown)
    throw new CommandError(
      where,
      'paths of settings, such as train.learningRate',
      v.getDotPath(unknown) ?? 'another one',
      "where one goes with another, vary them as one: 'train.optimizer': { values: [{ type: 'sgd' }, { type: 'adam' }] }",
    );
}

const validationOf = (
  train: { readonly validation: number },
  sweep?: Pick<SweepSettings, 'validation'>,
): number => sweep?.validation ?? (train.validation || defaultValidation);

function withSetting(fields: Fields, [head, ...rest]: readonly string[], value: unknown): Fields {
  const name = head!;
  if (rest.length === 0) return { ...fields, [name]: value };
  const inner = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (inner !== undefined && (typeof inner !== 'object' || inner === null || Array.isArray(inner)))
    throw new CommandError('sweep.space', `${name} to have settings of its own`, JSON.stringify(inner));
  return { ...fields, [name]: withSetting((inner ?? {}) as Fields, rest, value) };
}

/** Epochs that a trial is trained for. */
export function epochsOf(
  search: SweepConfig,
  pipeline: Pipeline,
  { rung, parameters }: Pick<TrialState, 'rung' | 'parameters'>,
): number {
  if (search.method === 'halving') return rungsOf(search)[rung]!.epochs;
  const varied = parameters['train.epochs'];
  return typeof varied === 'number' ? varied : pipeline.train.epochs;
}

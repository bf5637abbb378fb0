import { checkSweep, nextTrials, type SweepConfig } from '@trainyard/jobs';
import type { Pipeline } from '../config.ts';
import { CommandError } from '../errors.ts';
import { applyTrial } from './apply-trial.ts';

/** Sections that a training depends on and that leave the pictures as they are. */
const variable = /^(train\..+|network|seed)$/;

/**
 * The sweep that a pipeline's section `sweep` asks for.
 * @throws CommandError at a path that is no setting, or a value that one refuses: before anything is tried
 */
export function sweepConfigOf(pipeline: Pipeline): SweepConfig {
  const { sweep, name, train } = pipeline;
  if (!sweep)
    throw new CommandError(
      `sweep of ${name}`,
      'a section sweep in pipeline.config.ts',
      'none',
      "add sweep: { method: 'random', trials: 20, space: { 'train.learningRate': { min: 0.001, max: 0.1, scale: 'log' } } }",
    );
  const { metric: figure, validation: _, ...search } = sweep;
  const metric = {
    name: `validation/${figure}`,
    goal: figure === 'accuracy' ? 'max' : 'min',
  } as const;
  const config: SweepConfig =
    search.method === 'halving'
      ? { ...search, metric, maxEpochs: search.maxEpochs ?? train.epochs }
      : { ...search, metric };
  for (const path of Object.keys(config.space)) checkPath(path, config);
  checkSweep(config);
  for (const { parameters, epochs } of nextTrials(config, []).start) applyTrial(pipeline, parameters, epochs);
  return config;
}

function checkPath(path: string, { method }: SweepConfig): void {
  const where = `sweep.space, ${JSON.stringify(path)}`;
  if (!variable.test(path))
    throw new CommandError(
      where,
      "the path of a setting of train, 'network' or 'seed'",
      path,
      'all trials are trained and measured on the same pictures',
    );
  if (path === 'train.validation')
    throw new CommandError(
      where,
      'the same validation in all trials',
      'a space of it',
      'say sweep.validation',
    );
  if (path === 'train.epochs' && method === 'halving')
    throw new CommandError(
      where,
      'epochs to be left to the method halving',
      'a space of them',
      'say sweep.minEpochs and sweep.maxEpochs',
    );
}

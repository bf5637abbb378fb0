import * as t from '@trainyard/trainer';
import { workers } from '@trainyard/trainer/node';
import type { Pipeline } from './config.ts';

type Recipe = Pipeline['train'];

/** What the words of a config's training recipe stand for in the trainer. */
function optimizerOf({ optimizer }: Recipe): t.Optimizer {
  switch (optimizer.type) {
    case 'sgd':
      return t.sgd(optimizer);
    case 'adam':
      return t.adam(optimizer);
    case 'adamw':
      return t.adamW(optimizer);
  }
}

export function scheduleOf(
  recipe: Pick<Recipe, 'schedule' | 'learningRate' | 'step' | 'warmUp'>,
): t.Schedule {
  const schedule = withoutWarmUp(recipe);
  return recipe.warmUp > 0 ? t.warmUp(recipe.warmUp, schedule) : schedule;
}

function withoutWarmUp({
  schedule,
  learningRate,
  step,
}: Pick<Recipe, 'schedule' | 'learningRate' | 'step'>): t.Schedule {
  switch (schedule) {
    case 'constant':
      return t.constantRate(learningRate);
    case 'step':
      return t.stepDecay({ initial: learningRate, ...step });
    case 'cosine':
      return t.cosine({ from: learningRate });
    case 'one-cycle':
      return t.oneCycle({ max: learningRate });
  }
}

/** What training and fine-tuning have in common. */
export const stepOptionsOf = (recipe: Recipe) => ({
  batchSize: recipe.batchSize,
  optimizer: optimizerOf(recipe),
  labelSmoothing: recipe.labelSmoothing,
  augment: t.augmentation(recipe.augment),
  regularize: recipe.regularize,
  clipGradients: recipe.clipGradients,
});

/** Threads that wait sleep: one that spins takes its processor from the other stages that Nx runs meanwhile. */
const session = { extra: { session: { intra_op: { allow_spinning: '0' } } } };

/** @param warn told why training is eager, where it should be compiled and can't */
export const executorOf = (
  { executor, workers: count, threads }: Recipe,
  warn: (line: string) => void,
): t.Executor =>
  executor === 'eager' ? t.eager : workers({ workers: count, threads, session, onFallback: warn });

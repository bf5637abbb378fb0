import * as t from '@trainyard/trainer';
import type { Pipeline } from './config.ts';

type Recipe = Pipeline['train'];

/** What the words of a config's training recipe stand for in the trainer. */
export function optimizerOf({ optimizer }: Recipe): t.Optimizer {
  switch (optimizer.type) {
    case 'sgd':
      return t.sgd(optimizer);
    case 'adam':
      return t.adam(optimizer);
    case 'adamw':
      return t.adamW(optimizer);
  }
}

export function scheduleOf({
  schedule,
  learningRate,
}: Pick<Recipe, 'schedule' | 'learningRate'>): t.Schedule {
  switch (schedule) {
    case 'constant':
      return t.constantRate(learningRate);
    case 'cosine':
      return t.cosine({ from: learningRate });
    case 'one-cycle':
      return t.oneCycle({ max: learningRate });
  }
}

export const augmentationOf = ({ augment }: Recipe): t.Augmentation => t.augmentation(augment);

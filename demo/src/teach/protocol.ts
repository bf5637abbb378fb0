import type { LearnedModel, LearnProgress, Lesson } from './learn.ts';

export interface LearnRequest {
  readonly lesson: Lesson;
}

export type FromLearner =
  | ({ readonly kind: 'progress' } & LearnProgress)
  | { readonly kind: 'learned'; readonly learned: LearnedModel }
  | { readonly kind: 'failed'; readonly message: string };

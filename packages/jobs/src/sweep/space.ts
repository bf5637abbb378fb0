import type { Json } from '@trainyard/registry';
import { JobError } from '../errors.ts';

/** Settings to choose from. */
export interface Choice {
  readonly values: readonly Json[];
}

/** Numbers between two, both included. */
export interface Range {
  readonly min: number;
  readonly max: number;
  /** `log`: 0.001 to 0.01 is as wide as 0.01 to 0.1; `linear` unless given. */
  readonly scale?: 'linear' | 'log';
  /** Whole numbers alone. */
  readonly integer?: boolean;
  /** Numbers that a grid takes of it, evenly on the scale, both ends included. */
  readonly steps?: number;
}

/** Trials above which a sweep is refused: a slip in a space soon asks for years. */
export const maxTrials = 1000;

export type Dimension = Choice | Range;

/** What a sweep varies: dimensions by the dotted path of a setting, `train.learningRate`. */
export type Space = Readonly<Record<string, Dimension>>;

/** One setting for each path of a space. */
export type Parameters = Readonly<Record<string, Json>>;

/** The paths of a space in the order of the alphabet: a database keeps no other order. */
export const pathsOf = (space: Space): string[] => Object.keys(space).sort();

export const isRange = (dimension: Dimension): dimension is Range => 'min' in dimension;

/** How many different settings a dimension has; Infinity for a range that is not of whole numbers. */
export function sizeOf(dimension: Dimension): number {
  if (!isRange(dimension)) return dimension.values.length;
  return dimension.integer ? dimension.max - dimension.min + 1 : Number.POSITIVE_INFINITY;
}

/** How many combinations there are of one setting for each path. */
export const combinationsOf = (space: Space): number =>
  Object.values(space).reduce((product, dimension) => product * sizeOf(dimension), 1);

/** @throws JobError at a space with nothing to vary, an empty or double choice, and a range that is none */
export function checkSpace(space: Space): void {
  const paths = pathsOf(space);
  if (paths.length === 0) throw new JobError('sweep space', 'at least one setting to vary', 'none');
  for (const path of paths) {
    const dimension = space[path]!;
    const where = `sweep space, ${path}`;
    if (isRange(dimension)) checkRange(where, dimension);
    else checkChoice(where, dimension);
  }
}

function checkChoice(where: string, { values }: Choice): void {
  if (values.length === 0) throw new JobError(where, 'at least one value', 'none');
  const texts = values.map((value) => JSON.stringify(value));
  const twice = texts.find((text, i) => texts.indexOf(text) !== i);
  if (twice !== undefined) throw new JobError(where, 'different values', `${twice} twice`);
}

function checkRange(where: string, { min, max, scale, integer, steps }: Range): void {
  if (!Number.isFinite(min) || !Number.isFinite(max) || min >= max)
    throw new JobError(where, 'finite numbers with min below max', `${min} to ${max}`);
  if (scale === 'log' && min <= 0)
    throw new JobError(where, 'min above 0 on the scale log', `${min}`, "use the scale 'linear'");
  if (integer && !(Number.isSafeInteger(min) && Number.isSafeInteger(max)))
    throw new JobError(where, 'whole numbers as min and max of an integer', `${min} to ${max}`);
  if (steps !== undefined && !(Number.isSafeInteger(steps) && steps >= 2 && steps <= maxTrials))
    throw new JobError(where, `steps to be a whole number from 2 to ${maxTrials}`, `${steps}`);
}

import { JobError } from '../errors.ts';
import type { RandomSweep, SweepMethod } from './method.ts';
import { distinctDraws } from './sample.ts';
import { combinationsOf, maxTrials, type Space } from './space.ts';

/** Settings drawn from the space. Trial i depends on seed and i alone: more trials come after those that there are. */
export const random: SweepMethod<RandomSweep> = {
  check: checkDraws,
  sizes: ({ trials }) => [trials],
  wanted: ({ space, seed, trials }) =>
    distinctDraws(space, seed, trials).map((parameters, trial) => ({ trial, rung: 0, parameters })),
};

/** @throws JobError at a number of trials that there is not, and at one that the space has not */
export function checkDraws({ space, trials, seed }: { space: Space; trials: number; seed: number }): void {
  if (!Number.isSafeInteger(trials) || trials < 1 || trials > maxTrials)
    throw new JobError('sweep trials', `a whole number from 1 to ${maxTrials}`, `${trials}`);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new JobError('sweep seed', 'a whole number from 0', `${seed}`);
  const combinations = combinationsOf(space);
  if (trials > combinations)
    throw new JobError(
      'sweep trials',
      `at most the ${combinations} combinations of the space`,
      `${trials}`,
      "the method 'grid' tries all of them",
    );
}

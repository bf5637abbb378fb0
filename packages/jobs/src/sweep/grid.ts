import type { Json } from '@trainyard/registry';
import { JobError } from '../errors.ts';
import type { GridSweep, SweepMethod } from './method.ts';
import { gridOf } from './sample.ts';
import { isRange, type Parameters, pathsOf } from './space.ts';

/** Every combination; of the paths in the order of the alphabet, the last one changes first. */
export const grid: SweepMethod<GridSweep> = {
  check({ space }) {
    for (const path of pathsOf(space)) {
      const dimension = space[path]!;
      if (isRange(dimension) && dimension.steps === undefined)
        throw new JobError(
          `sweep space, ${path}`,
          'steps: how many numbers of the range a grid tries',
          'none',
          "give some, or use the method 'random'",
        );
    }
  },
  sizes: ({ space }) => [pathsOf(space).reduce((count, path) => count * gridOf(space[path]!).length, 1)],
  wanted: ({ space }) =>
    combine(pathsOf(space).map((path) => [path, gridOf(space[path]!)] as const)).map((parameters, trial) => ({
      trial,
      rung: 0,
      parameters,
    })),
};

function combine(dimensions: readonly (readonly [string, readonly Json[]])[]): Parameters[] {
  return dimensions.reduce<Parameters[]>(
    (rows, [path, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [path]: value }))),
    [{}],
  );
}

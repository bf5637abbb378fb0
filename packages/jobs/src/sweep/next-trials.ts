import { JobError } from '../errors.ts';
import { grid } from './grid.ts';
import { halving } from './halving.ts';
import type { NewTrial, SweepConfig, SweepMethod, TrialId, TrialState } from './method.ts';
import { random } from './random.ts';
import { bestOf, isOver } from './rank.ts';
import { checkSpace, maxTrials } from './space.ts';

type Methods = {
  readonly [Name in SweepConfig['method']]: SweepMethod<Extract<SweepConfig, { method: Name }>>;
};

const methods: Methods = { grid, random, halving };
const methodOf = ({ method }: SweepConfig) => methods[method] as SweepMethod;

/** @throws JobError at a sweep that can't be made, and at one of more than `maxTrials` trials, with their number */
export function checkSweep(config: SweepConfig): void {
  checkSize(config);
  methodOf(config).wanted(config, []);
}

/** All of it but whether ranges have room for so many trials, which takes as long as drawing them. */
function checkSize(config: SweepConfig): void {
  checkSpace(config.space);
  methodOf(config).check(config);
  const [first = 0] = trialCounts(config);
  if (first > maxTrials)
    throw new JobError(
      `sweep, ${config.method}`,
      `at most ${maxTrials} trials`,
      `${first}`,
      "give fewer values and steps, or use the method 'random'",
    );
}

/** How many trials a sweep makes on each rung, if none fails. */
export const trialCounts = (config: SweepConfig): readonly number[] => methodOf(config).sizes(config);

export interface SweepStep {
  /** Trials to start now, those of higher rungs first. */
  readonly start: readonly NewTrial[];
  /** Whether all that there is to try has been tried. */
  readonly done: boolean;
  /** The best so far; a sweep that is done without one has failed. */
  readonly best?: TrialState;
}

/**
 * What follows from what is recorded of a sweep. It depends on that alone: asked again, as after a crash, it answers the
 * same, and never with a trial that is recorded. Which trials there are in the end does not depend on the order in
 * which they ended.
 * @param atOnce trials that may be queued or at work
 */
export function nextTrials(
  config: SweepConfig,
  trials: readonly TrialState[],
  { atOnce = Number.POSITIVE_INFINITY }: { readonly atOnce?: number } = {},
): SweepStep {
  checkSize(config);
  const recorded = new Set(trials.map(keyOf));
  const missing = methodOf(config)
    .wanted(config, trials)
    .filter((trial) => !recorded.has(keyOf(trial)))
    .sort((a, b) => b.rung - a.rung || a.trial - b.trial);
  const open = trials.filter((trial) => !isOver(trial)).length;
  const best = bestOf(trials, config.metric);
  return {
    start: missing.slice(0, Math.max(0, atOnce - open)),
    done: missing.length === 0 && open === 0,
    ...(best && { best }),
  };
}

const keyOf = ({ trial, rung }: TrialId): string => `${trial}/${rung}`;

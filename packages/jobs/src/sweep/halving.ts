import { JobError } from '../errors.ts';
import type { HalvingSweep, NewTrial, SweepMethod } from './method.ts';
import { checkDraws } from './random.ts';
import { isOver, ranked } from './rank.ts';
import { distinctDraws } from './sample.ts';

/**
 * Successive halving (K. Jamieson and A. Talwalkar, AISTATS 2016): of the trials of a rung, the best 1/eta go on to the
 * next one, where they are trained eta times as long.
 *
 * A trial goes on as soon as it is sure to be among those, whatever the trials that are still at work will give. So
 * workers need not wait for the slowest of a rung, as with ASHA (L. Li et al., MLSys 2020); but ASHA promotes what is
 * best so far, and then what is tried depends on which machine is faster. Here it does not: the same trials are made
 * in whatever order results come in.
 */
export const halving: SweepMethod<HalvingSweep> = {
  check(config) {
    checkDraws(config);
    const { eta, minEpochs, maxEpochs } = config;
    if (!Number.isSafeInteger(eta) || eta < 2)
      throw new JobError('sweep eta', 'a whole number from 2', `${eta}`);
    if (![minEpochs, maxEpochs].every((epochs) => Number.isSafeInteger(epochs) && epochs >= 1))
      throw new JobError('sweep epochs', 'whole numbers from 1', `${minEpochs} to ${maxEpochs}`);
    if (minEpochs * eta > maxEpochs)
      throw new JobError(
        'sweep maxEpochs',
        `at least eta times minEpochs (${minEpochs * eta}), for two rungs`,
        `${maxEpochs}`,
      );
  },
  sizes: (config) => rungsOf(config).map(({ size }) => size),
  wanted(config, trials) {
    const { space, seed, trials: count, metric } = config;
    const [first, ...others] = rungsOf(config);
    const wanted: NewTrial[] = distinctDraws(space, seed, count).map((parameters, trial) => ({
      trial,
      rung: 0,
      parameters,
      epochs: first!.epochs,
    }));
    let entrants = count;
    for (const [below, { size, epochs }] of others.entries()) {
      const over = trials.filter((trial) => trial.rung === below && isOver(trial));
      const best = ranked(over, metric);
      const open = entrants - over.length;
      // Each of those that are open might yet be better: so many places are kept for them.
      for (const { trial, parameters } of best.slice(0, Math.max(0, size - open)))
        wanted.push({ trial, rung: below + 1, parameters, epochs });
      entrants = Math.min(size, best.length + open);
    }
    return wanted;
  },
};

export interface Rung {
  readonly epochs: number;
  /** Trials that enter it, if no more fail below than don't go on anyway. */
  readonly size: number;
}

/** The rungs: the last has maxEpochs, each one below 1/eta of that and eta times the trials, down to minEpochs. */
export function rungsOf({ trials, eta, minEpochs, maxEpochs }: HalvingSweep): Rung[] {
  const rungs: Rung[] = [];
  let count = 1;
  while (minEpochs * eta ** count <= maxEpochs) count += 1;
  for (let rung = 0, size = trials; rung < count; rung++, size = Math.max(1, Math.floor(size / eta)))
    rungs.push({ epochs: Math.round(maxEpochs / eta ** (count - 1 - rung)), size });
  return rungs;
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HalvingSweep, NewTrial, SweepConfig, TrialState } from './method.ts';
import { checkSweep, nextTrials, trialCounts } from './next-trials.ts';

const metric = { name: 'accuracy', goal: 'max' } as const;
const space = { 'train.batchSize': { values: [8, 16, 32] }, 'train.learningRate': { min: 0.001, max: 1 } };
const sweep: HalvingSweep = {
  method: 'halving',
  space,
  metric,
  trials: 27,
  seed: 1,
  eta: 3,
  minEpochs: 1,
  maxEpochs: 9,
};

const configs: fc.Arbitrary<SweepConfig> = fc
  .record({
    method: fc.constantFrom('grid', 'random', 'halving'),
    goal: fc.constantFrom('max', 'min'),
    trials: fc.integer({ min: 1, max: 20 }),
    seed: fc.nat(),
    eta: fc.integer({ min: 2, max: 4 }),
    minEpochs: fc.integer({ min: 1, max: 3 }),
    times: fc.integer({ min: 1, max: 9 }),
    steps: fc.integer({ min: 2, max: 6 }),
  })
  .map(
    ({ method, goal, steps, eta, minEpochs, times, ...rest }) =>
      ({
        method,
        space: { ...space, 'train.learningRate': { min: 0.001, max: 1, steps } },
        metric: { name: 'loss', goal },
        ...(method !== 'grid' && rest),
        ...(method === 'halving' && { eta, minEpochs, maxEpochs: minEpochs * eta * times }),
      }) as SweepConfig,
  );

/** What a trial gives: fixed for the trial, many the same, some none at all. */
const resultOf = (luck: number, { trial, rung }: NewTrial): Pick<TrialState, 'status' | 'value'> => {
  const dice = Math.abs(Math.imul(trial * 31 + rung * 17 + luck, 0x9e3779b1)) % 10;
  if (dice === 0) return { status: 'failed' };
  if (dice === 1) return { status: 'succeeded', value: Number.NaN };
  return { status: 'succeeded', value: dice };
};

const idOf = ({ trial, rung }: NewTrial | TrialState) => `${trial}/${rung}`;

/** Runs a sweep to its end. @param pick which of so many open trials ends next */
function run(
  config: SweepConfig,
  {
    luck = 0,
    atOnce,
    pick = () => 0,
  }: { luck?: number; atOnce?: number; pick?: (open: number) => number } = {},
) {
  const trials: TrialState[] = [];
  for (let turn = 0; turn < 10_000; turn++) {
    const step = nextTrials(config, trials, { atOnce });
    if (turn % 5 === 0) expect(nextTrials(config, [...trials].reverse(), { atOnce })).toEqual(step);
    const ids = [...trials, ...step.start].map(idOf);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { trial, rung, parameters } of step.start)
      trials.push({ trial, rung, parameters, status: 'queued' });
    const open = trials.flatMap(({ status }, i) => (status === 'queued' ? [i] : []));
    if (atOnce !== undefined) expect(open.length).toBeLessThanOrEqual(atOnce);
    expect(step.done).toBe(open.length === 0);
    if (step.done) return { trials, best: step.best };
    const ends = open[pick(open.length)]!;
    trials[ends] = { ...trials[ends]!, ...resultOf(luck, trials[ends]!) };
  }
  throw new Error('the sweep does not end');
}

const sorted = (trials: readonly TrialState[]) =>
  [...trials].sort((a, b) => a.rung - b.rung || a.trial - b.trial);

describe('nextTrials', () => {
  test('makes the same trials, none twice, in whatever order they end and however many are at work', () => {
    fc.assert(
      fc.property(
        configs,
        fc.nat(100),
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 50 }),
        (config, luck, atOnce, order) => {
          const one = run(config, { luck });
          let turn = 0;
          const other = run(config, {
            luck,
            atOnce,
            pick: (open) => order[turn++ % order.length]! % open,
          });
          expect(sorted(other.trials)).toEqual(sorted(one.trials));
          expect(other.best).toEqual(one.best);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('asks for nothing while what it asked for is at work', () => {
    fc.assert(
      fc.property(configs, (config) => {
        const { start, done } = nextTrials(config, []);
        expect(done).toBe(false);
        expect(start).toHaveLength(trialCounts(config)[0]!);
        const queued = start.map((trial) => ({ ...trial, status: 'queued' as const }));
        expect(nextTrials(config, queued)).toEqual({ start: [], done: false });
      }),
    );
  });

  test('more trials come after those that there are', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        (seed, n, more) => {
          const config = { method: 'random', space, metric, seed } as const;
          const few = run({ ...config, trials: n });
          const { start } = nextTrials({ ...config, trials: n + more }, few.trials);
          expect(start.map(({ trial }) => trial)).toEqual(Array.from({ length: more }, (_, i) => n + i));
          const all = nextTrials({ ...config, trials: n + more }, []).start;
          expect(all.slice(0, n).map((one) => one.parameters)).toEqual(
            few.trials.map((one) => one.parameters),
          );
        },
      ),
      { numRuns: 10 },
    );
  });

  test('fails where all trials failed', () => {
    const trials = nextTrials(sweep, []).start.map((trial) => ({ ...trial, status: 'failed' as const }));
    expect(nextTrials(sweep, trials)).toEqual({ start: [], done: true });
  });
});

describe('grid', () => {
  test('is every combination, the last path changing first, in whatever order the paths are given', () => {
    const config = {
      method: 'grid',
      space: { b: { values: ['x', 'y'] }, a: { min: 1, max: 3, integer: true, steps: 3 } },
      metric,
    } as const;
    expect(nextTrials(config, []).start.map(({ parameters: { a, b } }) => `${a}${b}`)).toEqual([
      '1x',
      '1y',
      '2x',
      '2y',
      '3x',
      '3y',
    ]);
  });

  test('of too many is refused with their number', () => {
    const axis = { min: 0, max: 1, steps: 20 };
    expect(() => checkSweep({ method: 'grid', space: { a: axis, b: axis, c: axis }, metric })).toThrow(
      'sweep, grid: expected at most 1000 trials, got 8000; give fewer values and steps',
    );
  });
});

describe('halving', () => {
  /** Trials of each rung at its end, where trial i gives the value i. */
  const rungs = (config: HalvingSweep) => {
    const trials: (TrialState & { epochs?: number })[] = [];
    for (;;) {
      const { start, done } = nextTrials(config, trials);
      if (done) break;
      trials.push(...start.map((one) => ({ ...one, status: 'succeeded' as const, value: one.trial })));
    }
    return [...new Set(trials.map(({ rung }) => rung))].map((rung) => {
      const here = trials.filter((one) => one.rung === rung);
      return { epochs: here[0]!.epochs, trials: here.map(({ trial }) => trial).sort((a, b) => a - b) };
    });
  };

  test('trains the best third three times as long', () => {
    expect(rungs(sweep).map(({ epochs, trials }) => [epochs, trials.length])).toEqual([
      [1, 27],
      [3, 9],
      [9, 3],
    ]);
    expect(rungs(sweep).map(({ trials }) => trials[0])).toEqual([0, 18, 24]);
    expect(rungs({ ...sweep, metric: { name: 'loss', goal: 'min' } }).at(-1)!.trials).toEqual([0, 1, 2]);
  });

  test('the last rung has all epochs, and one trial at least', () => {
    expect(
      rungs({ ...sweep, trials: 5, maxEpochs: 10, eta: 2 }).map(({ epochs, trials }) => [
        epochs,
        trials.length,
      ]),
    ).toEqual([
      [1, 5],
      [3, 2],
      [5, 1],
      [10, 1],
    ]);
  });

  test('lets a trial go on as soon as it is sure to, and no sooner', () => {
    const first = nextTrials(sweep, []).start;
    const after = (ended: number) =>
      nextTrials(
        sweep,
        first.map((one, i) =>
          i < ended
            ? { ...one, status: 'succeeded' as const, value: i }
            : { ...one, status: 'running' as const },
        ),
      ).start.map(({ trial }) => trial);
    // Of 18 the best may still be beaten by the 9 others; of 19, only by 8.
    expect(after(18)).toEqual([]);
    expect(after(19)).toEqual([18]);
    expect(after(21)).toEqual([18, 19, 20]);
  });

  test('the best is of the last rung, though a shorter training gave a better figure', () => {
    const at = (trial: number, rung: number, value: number): TrialState => ({
      trial,
      rung,
      parameters: {},
      status: 'succeeded',
      value,
    });
    const { best } = nextTrials(sweep, [at(0, 0, 0.9), at(1, 0, 0.99), at(0, 1, 0.95)]);
    expect(best).toMatchObject({ trial: 0, rung: 1 });
  });
});

describe('checkSweep', () => {
  const range = (more: object) => ({ ...sweep, space: { x: { min: 0, max: 1, ...more } } });
  test.each<[string, SweepConfig]>([
    ['sweep space: expected at least one setting to vary, got none', { ...sweep, space: {} }],
    ['sweep space, x: expected at least one value, got none', { ...sweep, space: { x: { values: [] } } }],
    [
      'sweep space, x: expected different values, got 1 twice',
      { ...sweep, space: { x: { values: [1, 1] } } },
    ],
    ['sweep space, x: expected finite numbers with min below max, got 1 to 1', range({ min: 1 })],
    ['sweep space, x: expected finite numbers with min below max, got 0 to Infinity', range({ max: 1 / 0 })],
    [
      "sweep space, x: expected min above 0 on the scale log, got 0; use the scale 'linear'",
      range({ scale: 'log' }),
    ],
    [
      'sweep space, x: expected whole numbers as min and max of an integer, got 0 to 1.5',
      range({ max: 1.5, integer: true }),
    ],
    ['sweep space, x: expected steps to be a whole number from 2 to 1000, got 1', range({ steps: 1 })],
    [
      'sweep space, x: expected steps: how many numbers of the range a grid tries, got none',
      { method: 'grid', space: { x: { min: 0, max: 1 } }, metric },
    ],
    ['sweep trials: expected a whole number from 1 to 1000, got 1e+21', { ...sweep, trials: 1e21 }],
    [
      'sweep trials: expected at most the 2 combinations of the space, got 27',
      { ...sweep, space: { x: { values: [1, 2] } } },
    ],
    ['sweep seed: expected a whole number from 0, got -1', { ...sweep, seed: -1 }],
    ['sweep eta: expected a whole number from 2, got 1', { ...sweep, eta: 1 }],
    ['sweep epochs: expected whole numbers from 1, got 0 to 9', { ...sweep, minEpochs: 0 }],
    [
      'sweep maxEpochs: expected at least eta times minEpochs (12), for two rungs, got 9',
      { ...sweep, minEpochs: 4 },
    ],
  ])('%s', (message, config) => {
    expect(() => checkSweep(config)).toThrow(message);
  });
});

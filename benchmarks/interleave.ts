import type { Timed } from './contender.ts';

export interface Timing {
  readonly name: string;
  /** Of the median step. */
  readonly msPerStep: number;
  /** Milliseconds of the fastest step. */
  readonly fastest: number;
  readonly steps: number;
  /** The median of each of its turns, by round. */
  readonly turns: readonly number[];
}

export interface InterleaveOptions {
  /** Untimed steps of each first. */
  readonly warmup: number;
  readonly rounds: number;
  /** Milliseconds that a turn lasts at least; a step at least. */
  readonly turn: number;
  /** Untimed steps at the start of each turn, of what takes many in one: caches and processors settle in them. */
  readonly settle: number;
  /** Milliseconds of steps after which one takes no more turns. */
  readonly enough: number;
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/**
 * Times steps in turns, so that what else the machine does falls on all alike.
 * @throws when a step gives no finite number
 */
export async function interleave(
  timed: readonly Timed[],
  { warmup, rounds, turn, settle, enough }: InterleaveOptions,
): Promise<Timing[]> {
  const measured = timed.map((one) => ({ one, turns: [] as number[][] }));
  const latest = new Map<Timed, number>();
  const time = async (one: Timed): Promise<number> => {
    const start = performance.now();
    const result = await one.step();
    const took = performance.now() - start;
    if (!Number.isFinite(result)) throw new Error(`a step of ${one.name} gave ${result}`);
    latest.set(one, took);
    return took;
  };
  for (const one of timed) for (let i = 0; i < warmup; i++) await time(one);
  for (let round = 0; round < rounds; round++)
    for (const { one, turns } of measured) {
      if (sum(turns.flat()) > enough) continue;
      const steps: number[] = [];
      const isQuick = settle * (latest.get(one) ?? Number.POSITIVE_INFINITY) < turn / 2;
      if (isQuick) for (let i = 0; i < settle; i++) await time(one);
      while (steps.length === 0 || sum(steps) < turn) steps.push(await time(one));
      turns.push(steps);
    }
  return measured.map(({ one: { name }, turns }) => {
    const all = turns.flat();
    return {
      name,
      msPerStep: median(all),
      fastest: Math.min(...all),
      steps: all.length,
      turns: turns.map(median),
    };
  });
}

/** How many times as long a step of `a` took as one of `b`, in the median round that both took part in. */
export const ratioInTurns = (a: Timing, b: Timing): number =>
  median(a.turns.slice(0, b.turns.length).map((turn, i) => turn / b.turns[i]));

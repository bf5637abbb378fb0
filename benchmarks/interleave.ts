import type { Contender } from './contender.ts';

export interface Timing {
  readonly name: string;
  readonly median: number;
  readonly fastest: number;
  readonly steps: number;
}

export interface InterleaveOptions {
  /** Untimed steps of each contender first. */
  readonly warmup: number;
  readonly rounds: number;
  /** Seconds after which no further round begins, once there were two; a busy machine gets fewer rounds. */
  readonly budget: number;
  /** Steps of a contender in each round, by name, so that a fast one is measured more often; 1 unless given. */
  readonly stepsPerRound?: Readonly<Record<string, number>>;
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/**
 * Times contenders in turns, so that what else the machine does falls on all of them alike.
 * @returns milliseconds a step
 * @throws when a loss is not a finite number
 */
export async function interleave(
  contenders: readonly Contender[],
  { warmup, rounds, budget, stepsPerRound = {} }: InterleaveOptions,
): Promise<Timing[]> {
  const times = new Map<Contender, number[]>(contenders.map((contender) => [contender, []]));
  const timed = async (contender: Contender): Promise<number> => {
    const start = performance.now();
    const loss = await contender.step();
    const took = performance.now() - start;
    if (!Number.isFinite(loss)) throw new Error(`bench: the loss of ${contender.name} became ${loss}`);
    return took;
  };
  for (const contender of contenders) for (let i = 0; i < warmup; i++) await timed(contender);
  const end = performance.now() + budget * 1000;
  for (let round = 0; round < rounds && (round < 2 || performance.now() < end); round++)
    for (const contender of contenders)
      for (let i = 0; i < (stepsPerRound[contender.name] ?? 1); i++)
        times.get(contender)!.push(await timed(contender));
  return contenders.map((contender) => {
    const all = times.get(contender)!;
    return { name: contender.name, median: median(all), fastest: Math.min(...all), steps: all.length };
  });
}

import {
  type Differences,
  differences,
  firstStep,
  referenceStep,
  requireAgreement,
  type StepResult,
} from './agreement.ts';
import type { Contender } from './contender.ts';
import { matMul1024, matMulFlops } from './contenders/matmul.ts';
import { type InterleaveOptions, interleave, ratioInTurns, type Timing } from './interleave.ts';
import { flopsOfPicture, type TrainTask } from './task.ts';

/** What is known of one contender in the end. */
export interface Row extends Timing {
  readonly batch: number;
  readonly threads: number;
  /** Whether it is another library. */
  readonly peer: boolean;
  readonly imagesPerSecond: number;
  readonly flopsPerStep: number;
  readonly flopsPerSecond: number;
  /** `flopsPerSecond` over those of a 1024³ MatMul with as many threads, in the median round. */
  readonly efficiency: number;
  /** Of the first step, from the eager executor's. */
  readonly differences: Differences;
}

export interface Measured {
  /** Three forward passes, 2 for a multiply-add: extra work in a graph earns nothing. */
  readonly flopsPerPicture: number;
  readonly rows: readonly Row[];
  readonly matMul: readonly { readonly threads: number; readonly flopsPerSecond: number }[];
}

export interface MeasureOptions extends InterleaveOptions {
  /** Milliseconds of a first step beyond which it stays the only one, where nothing was compiled in it. */
  readonly tooSlow: number;
}

interface Checked {
  readonly contender: Contender;
  readonly differences: Differences;
  /** Of the first step, in milliseconds. */
  readonly took: number;
}

/** @throws when a contender computes something else */
async function check(task: TrainTask, contenders: readonly Contender[]): Promise<Checked[]> {
  const references = new Map<string, StepResult>();
  const checked: Checked[] = [];
  for (const contender of contenders) {
    const { name, batch, parts } = contender;
    const start = performance.now();
    const actual = await firstStep(contender);
    const took = performance.now() - start;
    const key = `${batch} pictures, ${parts} parts`;
    const expected =
      references.get(key) ?? (checked.length === 0 ? actual : await referenceStep(task, batch, parts));
    references.set(key, expected);
    const found = differences(name, expected, actual);
    requireAgreement(name, found, task.tolerance);
    checked.push({ contender, took, differences: found });
  }
  return checked;
}

/**
 * Checks every contender's first step, then times them in turns with what the machine can do.
 * @param contenders the eager executor first: the others are checked against it
 * @throws when a contender computes something else
 */
export async function measure(
  task: TrainTask,
  contenders: readonly Contender[],
  options: MeasureOptions,
): Promise<Measured> {
  const checked = await check(task, contenders);
  const fast = checked
    .filter(({ contender, took }) => contender.compiles || took <= options.tooSlow)
    .map(({ contender }) => contender);
  const limits = [matMul1024(1), matMul1024(2)] as const;
  const timings = await interleave([...fast, ...limits], options);
  for (const limit of limits) await limit.dispose?.();
  const timingOf = (name: string) => timings.find((timing) => timing.name === name);
  const limitTimings = limits.map(({ name }) => timingOf(name)!);
  const flopsPerPicture = 3 * flopsOfPicture(task);
  return {
    flopsPerPicture,
    rows: checked.map(({ contender: { name, batch, threads, peer }, took, differences }) => {
      const timing = timingOf(name) ?? { name, msPerStep: took, fastest: took, steps: 1, turns: [took] };
      const flopsPerStep = flopsPerPicture * batch;
      return {
        ...timing,
        batch,
        threads,
        peer,
        imagesPerSecond: (1000 * batch) / timing.msPerStep,
        flopsPerStep,
        flopsPerSecond: (1000 * flopsPerStep) / timing.msPerStep,
        efficiency: (flopsPerStep / matMulFlops) * ratioInTurns(limitTimings[threads - 1], timing),
        differences,
      };
    }),
    matMul: limitTimings.map((timing, i) => ({
      threads: i + 1,
      flopsPerSecond: (1000 * matMulFlops) / timing.msPerStep,
    })),
  };
}

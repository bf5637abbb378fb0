import { eager } from '@trainyard/trainer';
import type { Contender, Gradients } from './contender.ts';
import { trainyard } from './contenders/trainyard.ts';
import { batchSize, partOf, type TrainTask } from './task.ts';

/** What a step found at the weights it began with. */
export interface StepResult {
  readonly loss: number;
  readonly gradients: Gradients;
}

/** The first step of a contender, which is the very one that is timed later. */
export async function firstStep(contender: Contender): Promise<StepResult> {
  return { loss: await contender.step(), gradients: await contender.gradients() };
}

function mean(results: readonly StepResult[]): StepResult {
  const [first] = results;
  if (results.length === 1) return first;
  const average = (pick: (result: StepResult) => number) =>
    results.reduce((sum, result) => sum + pick(result), 0) / results.length;
  const gradients = Object.keys(first.gradients).map((name) => [
    name,
    Float64Array.from(first.gradients[name], (_, i) => average((result) => result.gradients[name][i])),
  ]);
  return { loss: average(({ loss }) => loss), gradients: Object.fromEntries(gradients) };
}

/**
 * What contenders are checked against: our eager executor, on the first `batch` pictures of the task. With several
 * parts it is the mean of what each part gives alone: batch norm takes its statistics of a part.
 */
export async function referenceStep(task: TrainTask, batch: number, parts: number): Promise<StepResult> {
  const size = batch / parts;
  const results: StepResult[] = [];
  for (let i = 0; i < parts; i++) {
    const whole = size === batchSize(task);
    results.push(await firstStep(trainyard(whole ? task : partOf(task, i * size, (i + 1) * size), eager)));
  }
  return mean(results);
}

/** How far a step is from the eager executor's. */
export interface Differences {
  /** Relative to the loss. */
  readonly loss: number;
  /** The largest of all parameters: the norm of the difference of two gradients over the norm of the gradient. */
  readonly gradients: number;
  /** The parameter whose gradient differs so. */
  readonly worst: string;
}

const norm = (values: ArrayLike<number>, minus?: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - (minus?.[i] ?? 0)) ** 2;
  return Math.sqrt(sum);
};

/** Some gradients are zero but for rounding: those of shifts before a batch norm. */
const negligible = 1e-3;

/**
 * How far a contender's first step is from what it should be.
 * @throws when a gradient is missing or has another size
 */
export function differences(name: string, expected: StepResult, actual: StepResult): Differences {
  const whole = norm(Object.values(expected.gradients).map((gradient) => norm(gradient)));
  let [gradients, worst] = [0, ''];
  for (const [parameter, gradient] of Object.entries(expected.gradients)) {
    const other = actual.gradients[parameter];
    if (other?.length !== gradient.length)
      throw new Error(
        `${name} has ${other?.length ?? 'no'} elements of ${parameter}, not ${gradient.length}`,
      );
    const found = norm(gradient, other) / Math.max(norm(gradient), negligible * whole);
    // NaN must not pass for agreement.
    if (!(found < gradients)) [gradients, worst] = [found, parameter];
  }
  return { loss: Math.abs(actual.loss - expected.loss) / Math.abs(expected.loss), gradients, worst };
}

/** How much of a difference float32 explains. */
export interface Tolerance {
  readonly loss: number;
  readonly gradients: number;
}

/** @throws when a step differs by more than the tolerance */
export function requireAgreement(name: string, found: Differences, tolerance: Tolerance): void {
  if (found.loss <= tolerance.loss && found.gradients <= tolerance.gradients) return;
  throw new Error(
    `${name} differs from the eager executor by ${found.loss.toExponential(1)} in the loss and ` +
      `${found.gradients.toExponential(1)} in the gradient of ${found.worst}; timing would mean nothing`,
  );
}

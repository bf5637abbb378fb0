import type { JsonObject, SweepTrial } from '@trainyard/registry';
import { objectOf, textOf } from '../view/json.ts';
import { numbersOf } from '../view/metrics.ts';
import type { Tried } from '../view/parallel.ts';

/** The metric that a sweep is about: what its config names, else accuracy, else the first that its tries have. */
export function objectiveOf(config: JsonObject, trials: readonly SweepTrial[]): string | undefined {
  const names = new Set(trials.flatMap(({ metrics }) => numbersOf(metrics).map(([name]) => name)));
  const named = [config.metric, objectOf(config.metric)?.name].map(textOf);
  return [...named, 'accuracy', ...names].find((name) => name !== undefined && names.has(name));
}

/** Each trial with its result on the highest rung that it has finished. */
export function triedOf(trials: readonly SweepTrial[], objective: string): (Tried & SweepTrial)[] {
  const highest = new Map<number, Tried & SweepTrial>();
  for (const trial of trials) {
    const value = trial.metrics?.[objective];
    if (typeof value === 'number' && trial.rung >= (highest.get(trial.trial)?.rung ?? 0))
      highest.set(trial.trial, { ...trial, value });
  }
  return [...highest.values()];
}

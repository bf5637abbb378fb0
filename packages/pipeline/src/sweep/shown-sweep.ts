import type { Parameters, SweepConfig, TrialState } from '@trainyard/jobs';
import type { Json, JsonObject } from '@trainyard/registry';

/** A trial as tables and pictures show it. */
export interface ShownTrial extends TrialState {
  readonly epochs: number;
  /** How long it took; absent before it began. */
  readonly seconds?: number;
}

export interface ShownSweep {
  /** The pipeline's. */
  readonly name: string;
  readonly config: SweepConfig;
  readonly trials: readonly ShownTrial[];
}

/** A figure of a trial: accuracies in percent. */
export const metricText = (metric: string, value: number): string =>
  /accuracy$/.test(metric) ? `${(value * 100).toFixed(2)} %` : String(Number(value.toPrecision(4)));

/** What people call a metric: `accuracy` of `validation/accuracy`. */
export const metricName = (metric: string): string => metric.split('/').at(-1)!;

/** What people call a setting: `learningRate` of `train.learningRate`, as long as no other path ends so. */
export function shortNames(paths: readonly string[]): Map<string, string> {
  const last = (path: string) => path.split('.').at(-1)!;
  const names = paths.map(last);
  return new Map(
    paths.map((path) => [path, names.filter((name) => name === last(path)).length === 1 ? last(path) : path]),
  );
}

/** A setting in few words: `0.0123`, `adam`, `sgd (momentum 0.9)`. */
export function settingText(value: Json | undefined): string {
  if (value === undefined) return '–';
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.map(settingText).join(', ');
  const fields = value as JsonObject;
  const { type } = fields;
  const others = Object.entries(fields)
    .filter(([key]) => key !== 'type' || typeof type !== 'string')
    .map(([key, inner]) => `${key} ${settingText(inner)}`)
    .join(', ');
  if (typeof type !== 'string') return others;
  return others ? `${type} (${others})` : type;
}

/** All settings of a trial: `batchSize 8, learningRate 0.1`. */
export function settingsText(parameters: Parameters): string {
  const paths = Object.keys(parameters).sort();
  const names = shortNames(paths);
  return paths.map((path) => `${names.get(path)} ${settingText(parameters[path])}`).join(', ');
}

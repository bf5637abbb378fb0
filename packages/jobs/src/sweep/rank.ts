import type { Metric, TrialState } from './method.ts';

/** Whether nothing more comes of a trial. */
export const isOver = ({ status }: Pick<TrialState, 'status'>): boolean =>
  status !== 'queued' && status !== 'running';

/** Whether a trial gave a figure that can be compared. */
const hasValue = (trial: TrialState): trial is TrialState & { readonly value: number } =>
  trial.status === 'succeeded' && Number.isFinite(trial.value);

/** Trials that gave a value, the best first; of two with the same, the one that was drawn first. */
export const ranked = (trials: readonly TrialState[], { goal }: Metric) =>
  trials
    .filter(hasValue)
    .sort((a, b) => (goal === 'max' ? b.value - a.value : a.value - b.value) || a.trial - b.trial);

/** The best trial of the highest rung that gave a value: trials that were trained for longer are compared with their like. */
export function bestOf(trials: readonly TrialState[], metric: Metric): TrialState | undefined {
  const valued = trials.filter(hasValue);
  const top = valued.reduce((highest, { rung }) => Math.max(highest, rung), 0);
  return ranked(
    valued.filter(({ rung }) => rung === top),
    metric,
  )[0];
}

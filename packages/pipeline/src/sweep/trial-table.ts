import { bestOf } from '@trainyard/jobs';
import Table from 'cli-table3';
import {
  metricName,
  metricText,
  type ShownSweep,
  type ShownTrial,
  settingText,
  shortNames,
} from './shown-sweep.ts';

/** The trials as a table for the terminal, the best first; those of higher rungs above others. */
export function trialTable({ config, trials }: ShownSweep): string {
  const { metric } = config;
  const paths = Object.keys(config.space).sort();
  const names = shortNames(paths);
  const best = bestOf(trials, metric);
  const table = new Table({
    head: [
      '',
      'trial',
      ...paths.map((path) => names.get(path)!),
      'epochs',
      metricName(metric.name),
      'status',
      'seconds',
    ],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    colAligns: ['left', 'right', ...paths.map(() => 'right' as const), 'right', 'right', 'left', 'right'],
  });
  for (const one of inOrder(trials, metric.goal))
    table.push([
      one === best ? '★' : '',
      one.trial,
      ...paths.map((path) => settingText(one.parameters[path])),
      one.epochs,
      one.value === undefined ? '–' : metricText(metric.name, one.value),
      one.status,
      one.seconds === undefined ? '–' : one.seconds.toFixed(1),
    ]);
  return table.toString();
}

/** The best first, of each rung, from the last rung down; then those without a figure. */
export function inOrder(trials: readonly ShownTrial[], goal: 'max' | 'min'): ShownTrial[] {
  const rank = ({ value }: ShownTrial) =>
    value === undefined ? Number.POSITIVE_INFINITY : goal === 'max' ? -value : value;
  return [...trials].sort(
    (a, b) => b.rung - a.rung || (rank(a) === rank(b) ? 0 : rank(a) - rank(b)) || a.trial - b.trial,
  );
}

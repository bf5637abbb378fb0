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

export interface TrialRows {
  readonly heads: readonly string[];
  readonly rows: readonly { readonly isBest: boolean; readonly cells: readonly string[] }[];
}

/** The trials in words, the best first; those of higher rungs above others. */
export function trialRows({ config, trials }: ShownSweep): TrialRows {
  const { metric, space } = config;
  const paths = Object.keys(space).sort();
  const names = shortNames(paths);
  const best = bestOf(trials, metric);
  const isFixed = !('train.epochs' in space);
  return {
    heads: [
      'trial',
      ...paths.map((path) => names.get(path)!),
      ...(isFixed ? ['epochs'] : []),
      metricName(metric.name),
      'seconds',
      'status',
    ],
    rows: inOrder(trials, metric.goal).map((one) => ({
      isBest: one.trial === best?.trial && one.rung === best.rung,
      cells: [
        `${one.trial}`,
        ...paths.map((path) => settingText(one.parameters[path])),
        ...(isFixed ? [`${one.epochs}`] : []),
        one.value === undefined ? '–' : metricText(metric.name, one.value),
        one.seconds?.toFixed(1) ?? '–',
        one.status,
      ],
    })),
  };
}

/** The trials as a table for the terminal. */
export function trialTable(sweep: ShownSweep): string {
  const { heads, rows } = trialRows(sweep);
  const table = new Table({
    head: ['', ...heads],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    colAligns: ['left', ...heads.slice(1).map(() => 'right' as const), 'left'],
  });
  for (const { isBest, cells } of rows) table.push([isBest ? '★' : '', ...cells]);
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

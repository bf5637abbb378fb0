import type { MetricPoint } from '@trainyard/registry';
import { type Html, html } from './html.ts';
import { metricText } from './metrics.ts';
import { table } from './parts.ts';

/** What is logged by epoch as numbers, folded: for who can't see curves, or wants to know it exactly. */
export function curveTable(points: readonly MetricPoint[]): Html | undefined {
  const byEpoch = points.filter(({ name }) => name.includes('/') && !name.startsWith('step/'));
  const names = [...new Set(byEpoch.map(({ name }) => name))];
  if (names.length === 0) return undefined;
  const epochs = new Map<number, Map<string, number>>();
  for (const { name, step, value } of byEpoch)
    epochs.set(step, (epochs.get(step) ?? new Map<string, number>()).set(name, value));
  const rows = [...epochs].sort(([a], [b]) => a - b);
  return html`<details id="numbers"><summary>All epochs as numbers</summary>${table(
    'What was logged by epoch',
    [{ name: 'Epoch' }, ...names.map((name) => ({ name, kind: 'number' as const }))],
    rows.map(
      ([epoch, values]) =>
        html`<tr><th scope="row">${epoch}</th>${names.map((name) => {
          const value = values.get(name);
          return html`<td class="number">${value === undefined ? '–' : metricText(name, value)}</td>`;
        })}</tr>`,
    ),
  )}</details>`;
}

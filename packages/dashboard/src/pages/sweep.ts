import type { Json, SweepTrial } from '@trainyard/registry';
import type { Page } from '../page.ts';
import { duration, figure, secondsBetween, short } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { metricText, numbersOf } from '../view/metrics.ts';
import { parallelFigure } from '../view/parallel.ts';
import { badge, empty, head, table } from '../view/parts.ts';
import { objectiveOf, triedOf } from './sweep-results.ts';

/** One sweep: a picture of its settings and how well each did, and a table with the best first. */
export const sweepPage: Page = {
  path: '/sweeps/:sweep',
  section: 'Sweeps',
  async show({ store, params, now }) {
    const [sweep, trials] = await Promise.all([
      store.sweeps.get(params.sweep!),
      store.sweeps.trials(params.sweep!),
    ]);
    const { id, pipeline, status, config, result } = sweep;
    const objective = objectiveOf(config, trials);
    return {
      title: `Sweep of ${pipeline}`,
      refresh: status === 'running' ? 2 : 10,
      body: html`${head(html`<a href="/sweeps">Sweeps</a>`, `Sweep of ${pipeline}, ${short(id)}`, badge(status))}
${objective && html`<section aria-label="Picture">${parallelFigure(objective, triedOf(trials, objective))}</section>`}
<section><h2>Tries</h2>${trials.length === 0 ? empty('None is started yet.') : trialsTable(trials, objective, now)}</section>
${result && html`<section><h2>Result</h2><pre tabindex="0"><code>${JSON.stringify(result, null, 2)}</code></pre></section>`}
<section><h2>Config</h2><details id="config"><summary>Space and method</summary><pre tabindex="0"><code>${JSON.stringify(config, null, 2)}</code></pre></details></section>`,
    };
  },
};

function trialsTable(trials: readonly SweepTrial[], objective: string | undefined, now: Date): Html {
  const parameters = [...new Set(trials.flatMap((trial) => Object.keys(trial.parameters)))];
  const metrics = [
    ...new Set(trials.flatMap((trial) => numbersOf(trial.metrics).map(([name]) => name))),
  ].sort((a, b) => Number(b === objective) - Number(a === objective));
  const rungs = trials.some(({ rung }) => rung > 0);
  const resultOf = ({ metrics: own }: SweepTrial) => {
    const value = objective === undefined ? undefined : own?.[objective];
    return typeof value === 'number' ? value : Number.NEGATIVE_INFINITY;
  };
  const inOrder = [...trials].sort(
    (a, b) => b.rung - a.rung || resultOf(b) - resultOf(a) || a.trial - b.trial,
  );
  return table(
    'Tries, the best first',
    [
      { name: 'Trial' },
      ...(rungs ? [{ name: 'Rung', kind: 'number' as const }] : []),
      { name: 'Status' },
      ...metrics.map((name) => ({ name, kind: 'number' as const })),
      ...parameters.map((name) => ({ name, kind: 'number' as const })),
      { name: 'Took', kind: 'number' },
      { name: 'Run' },
    ],
    inOrder.map((trial) => {
      const own = new Map(numbersOf(trial.metrics));
      const { trial: number, rung, status, run, started, finished } = trial;
      return html`<tr id="trial-${number}-${rung}"><th scope="row">${number}</th>${rungs && html`<td class="number">${rung}</td>`}<td>${badge(status)}</td>
${metrics.map((name) => html`<td class="number">${own.has(name) ? metricText(name, own.get(name)!) : '–'}</td>`)}
${parameters.map((name) => html`<td class="number">${parameterText(trial.parameters[name])}</td>`)}
<td class="number">${started ? duration(secondsBetween(started, finished, now)) : '–'}</td><td><a href="/runs/${run}">${short(run)}</a></td></tr>`;
    }),
  );
}

function parameterText(value: Json | undefined): string {
  if (value === undefined) return '–';
  return typeof value === 'number'
    ? figure(value)
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
}

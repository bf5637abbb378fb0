import type { Sweep, SweepTrial } from '@trainyard/registry';
import type { Page } from '../page.ts';
import { count, duration, secondsBetween, short, since } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { metricText } from '../view/metrics.ts';
import { badge, empty, head, meter, table } from '../view/parts.ts';
import { objectiveOf, triedOf } from './sweep-results.ts';

/** All sweeps, the newest first. */
export const sweepsPage: Page = {
  path: '/sweeps',
  section: 'Sweeps',
  async show({ store, now }) {
    const sweeps = await store.sweeps.list();
    const trials = await Promise.all(sweeps.map(({ id }) => store.sweeps.trials(id)));
    return {
      title: 'Sweeps',
      refresh: 3,
      body: html`${head(undefined, 'Sweeps')}
<section aria-label="Sweeps">${
        sweeps.length === 0
          ? empty('None yet: npx nx run digits:sweep tries many settings.')
          : table(
              'Sweeps',
              columns,
              sweeps.map((sweep, i) => sweepRow(sweep, trials[i]!, now)),
              'stack',
            )
      }</section>`,
    };
  },
};

const columns = [
  { name: 'Sweep' },
  { name: 'Status' },
  { name: 'Tries that ended' },
  { name: 'The best' },
  { name: 'Started' },
  { name: 'Took', kind: 'number' },
] as const;

function sweepRow(
  { id, pipeline, status, config, created, finished }: Sweep,
  trials: readonly SweepTrial[],
  now: Date,
): Html {
  const ended = trials.filter(({ status }) => status !== 'queued' && status !== 'running').length;
  const objective = objectiveOf(config, trials);
  const best = objective && triedOf(trials, objective).sort((a, b) => b.value - a.value)[0];
  return html`<tr id="sweep-${id}"><th scope="row" class="tight"><a href="/sweeps/${id}">${pipeline} ${short(id)}</a></th>
<td>${badge(status)}</td>
<td class="tight" data-label="ended">${trials.length > 0 && meter(ended / trials.length)}${count(ended)} of ${count(trials.length)}</td>
<td data-label="best">${best && objective && html`${objective} ${metricText(objective, best.value)}`}</td>
<td class="tight" data-label="started">${since(created, now)}</td><td class="number" data-label="took">${duration(secondsBetween(created, finished, now))}</td></tr>`;
}

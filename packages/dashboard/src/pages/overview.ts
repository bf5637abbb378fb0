import { nextSlots } from '@trainyard/jobs';
import type { Schedule, Store } from '@trainyard/registry';
import type { Page } from '../page.ts';
import { since } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { empty, head, table } from '../view/parts.ts';
import { decisionLog } from './decision-log.ts';
import { modelCard } from './models.ts';
import { runColumns, runRow } from './runs.ts';

const lastDecisions = 5;
const lastRuns = 6;

/** What serves, what is at work, what comes next, and what was last decided. */
export const overviewPage: Page = {
  path: '/',
  section: 'Overview',
  async show({ store, now }) {
    const [models, running, runs, schedules] = await Promise.all([
      modelsOf(store),
      store.runs.list({ status: 'running', limit: 20 }),
      store.runs.list({ limit: lastRuns }),
      store.schedules.list(),
    ]);
    const shown = [...running, ...runs.filter(({ id }) => running.every((run) => run.id !== id))];
    const stages = await Promise.all(shown.map(({ id }) => store.stages.list(id)));
    const decisions = models
      .flatMap((model) => model.decisions)
      .sort((a, b) => b.created.getTime() - a.created.getTime())
      .slice(0, lastDecisions);
    return {
      title: 'Overview',
      refresh: 1.5,
      body: html`${head(undefined, 'Overview')}
<section><h2>What serves</h2>${
        models.length === 0
          ? empty('No model yet: the first run that ends registers one.')
          : html`<ul class="cards">${models.map((model) => modelCard(model.aliases, model.decisions[0], now))}</ul>`
      }</section>
<section><h2>Runs</h2>${
        shown.length === 0
          ? empty('No run yet: npx nx run digits:retrain starts one.')
          : table(
              'The last runs',
              runColumns,
              shown.map((run, i) => runRow(run, stages[i]!, now)),
              'stack',
            )
      }</section>
<div class="pair"><section><h2>Last decisions</h2>${decisionLog(decisions, now, { ofModels: true })}</section>
<section><h2>Coming up</h2>${comingUp(schedules, now)}</section></div>`,
    };
  },
};

const modelsOf = async (store: Store) =>
  Promise.all(
    (await store.versions.models()).map(async (model) => ({
      aliases: await store.aliases.get(model),
      decisions: await store.aliases.decisions(model, { limit: lastDecisions }),
    })),
  );

function comingUp(schedules: readonly Schedule[], now: Date): Html {
  const coming = schedules
    .filter(({ paused }) => !paused)
    .map((schedule) => ({ ...schedule, next: nextSlots(schedule, now, 1)[0]! }))
    .sort((a, b) => a.next.getTime() - b.next.getTime());
  if (coming.length === 0) return empty(html`Nothing is scheduled. <a href="/schedules">Schedules</a>`);
  return html`<ul class="log">${coming.map(
    ({ pipeline, name, next, mode }) =>
      html`<li id="next-${pipeline}-${name}"><div class="what"><b>${pipeline} ${name}</b><span class="note">${since(next, now)}</span></div>
<p class="note">${mode === 'always' ? 'retrains' : 'retrains where it is needed'}</p></li>`,
  )}</ul>`;
}

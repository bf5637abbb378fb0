import { nextSlots } from '@trainyard/jobs';
import type { Check, Schedule, Store } from '@trainyard/registry';
import type { Page } from '../page.ts';
import { curveFigures } from '../view/curves.ts';
import { short, since } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { empty, head, table } from '../view/parts.ts';
import { decisionLog, withoutEchoes } from './decision-log.ts';
import { modelCard } from './models.ts';
import { runColumns, runRow } from './runs.ts';

const lastDecisions = 5;
const lastRuns = 6;
const drawnRuns = 2;
const lastChecks = 4;

/** What serves, what is at work, what comes next, and what was last decided. */
export const overviewPage: Page = {
  path: '/',
  section: 'Overview',
  async show({ store, logged, now }) {
    const [models, running, runs, schedules, checks] = await Promise.all([
      modelsOf(store),
      store.runs.list({ status: 'running', limit: 20 }),
      store.runs.list({ limit: 10 * lastRuns }),
      store.schedules.list(),
      store.checks.list({ limit: lastChecks }),
    ]);
    const shown = [...new Map([...running, ...runs].map((run) => [run.id, run])).values()]
      .filter(({ trigger }) => !trigger.startsWith('sweep'))
      .slice(0, lastRuns);
    const stages = await Promise.all(shown.map(({ id }) => store.stages.list(id)));
    const curves = await Promise.all(
      running.slice(0, drawnRuns).map(async (run) => ({ run, points: await logged.of(run) })),
    );
    const decisions = models
      .flatMap((model) => withoutEchoes(model.decisions))
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
${curves
  .filter(({ points }) => points.length > 0)
  .map(
    ({ run, points }) =>
      html`<section id="curves-${run.id}"><h2>At work: <a href="/runs/${run.id}">${run.pipeline} ${short(run.id)}</a></h2>${curveFigures([{ points }], 2)}</section>`,
  )}
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
<section><h2>Coming up</h2>${comingUp(schedules, now)}
${checks.length > 0 && html`<h2 class="second">Last checks</h2>${lastChecksOf(checks, now)}`}</section></div>`,
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

const lastChecksOf = (checks: readonly Check[], now: Date): Html =>
  html`<ul class="log">${checks.map(
    ({ id, pipeline, needed, reasons, created }) =>
      html`<li id="check-${id}"><div class="what"><span class="tag ${needed ? 'warn' : 'good'}">${needed ? 'retrain' : 'not needed'}</span><b><a href="/checks?pipeline=${pipeline}">${pipeline}</a></b><span class="note">${since(created, now)}</span></div>
${needed && html`<p class="note">${reasons[0]}</p>`}</li>`,
  )}</ul>`;

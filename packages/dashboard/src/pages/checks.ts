import type { Check } from '@trainyard/registry';
import type { Page } from '../page.ts';
import { driftFigures, driftOf, movesTable } from '../view/drift.ts';
import { counted, short, since } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { empty, head } from '../view/parts.ts';

const mostChecks = 200;
const shownChecks = 40;

/** Whether retraining was called for, each time that somebody looked, and how far the pictures have drifted. */
export const checksPage: Page = {
  path: '/checks',
  section: 'Checks',
  async show({ store, query, now }) {
    const all = await store.checks.list({ limit: mostChecks });
    const pipelines = [...new Set(all.map(({ pipeline }) => pipeline))].sort();
    const chosen = pipelines.find((name) => name === query.get('pipeline')) ?? pipelines[0];
    const checks = all.filter(({ pipeline }) => pipeline === chosen);
    const drifts = checks.flatMap(({ created, report }) => {
      const drift = driftOf(report);
      return drift ? [{ at: created, drift }] : [];
    });
    const tabs = pipelines.map(
      (name) =>
        html`<a class="tab" href="/checks?pipeline=${name}"${name === chosen && html` aria-current="true"`}>${name}</a>`,
    );
    return {
      title: 'Checks',
      refresh: 3,
      body: html`${head(undefined, 'Checks')}
${pipelines.length > 1 && html`<p class="tabs">${tabs}</p>`}
${
  checks.length === 0
    ? empty('None yet: npx nx run digits:check looks whether a model is to be retrained.')
    : html`<section><h2>Drift of ${chosen}</h2>${
        drifts.length > 0
          ? driftFigures(drifts)
          : html`<p class="note">No check has compared pictures yet.</p>`
      }</section>
<section><h2>Checks</h2><ol class="log">${checks.slice(0, shownChecks).map((check) => entry(check, now))}</ol></section>`
}`,
    };
  },
};

function entry(
  { id, trigger, needed, reasons, report, model, version, run, created }: Check,
  now: Date,
): Html {
  const drift = driftOf(report);
  const why = html`<ul class="reasons">${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`;
  const moved = drift?.moves.filter(({ drifted }) => drifted).length ?? 0;
  return html`<li id="check-${id}"><div class="what"><span class="tag ${needed ? 'warn' : 'good'}">${needed ? 'retrain' : 'not needed'}</span>
<b>${since(created, now)}</b><span class="note">by ${trigger}${model && version !== null && html`, of <a href="/models/${model}#version-${version}">${model} version ${version}</a>`}</span>${
    run && html`<a href="/runs/${run}">run ${short(run)}</a>`
  }</div>
${needed ? why : html`<details id="check-${id}-why"><summary>What was found</summary>${why}${drift && movesTable(drift)}</details>`}
${
  needed &&
  drift &&
  html`<details id="check-${id}-features"><summary>${counted(drift.moves.length, 'feature')}, ${moved} moved</summary>${movesTable(drift)}</details>`
}</li>`;
}

import type { Aliases, Decision } from '@trainyard/registry';
import type { Page } from '../page.ts';
import { since } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { metricText, numbersOf } from '../view/metrics.ts';
import { empty, head } from '../view/parts.ts';

/** All models, with what serves. */
export const modelsPage: Page = {
  path: '/models',
  section: 'Models',
  async show({ store, now }) {
    const models = await store.versions.models();
    const cards = await Promise.all(
      models.map(async (model) => {
        const [aliases, [last]] = await Promise.all([
          store.aliases.get(model),
          store.aliases.decisions(model, { limit: 1 }),
        ]);
        return modelCard(aliases, last, now);
      }),
    );
    return {
      title: 'Models',
      refresh: 3,
      body: html`${head(undefined, 'Models')}
<section>${
        cards.length > 0
          ? html`<ul class="cards">${cards}</ul>`
          : empty('No model yet: the first run that ends registers one.')
      }</section>`,
    };
  },
};

/** What serves of a model, and what was last decided. */
export function modelCard(
  { model, champion, challenger }: Aliases,
  last: Decision | undefined,
  now: Date,
): Html {
  const [main, ...more] = numbersOf(champion?.metrics ?? null);
  return html`<li class="card" id="model-${model}"><h3><a href="/models/${model}">${model}</a></h3>
${
  champion
    ? html`<p class="serving"><span class="tag champion">champion</span> version&nbsp;${champion.version}${challenger && html` <span class="tag challenger">challenger</span> version&nbsp;${challenger.version}`}</p>
${main && html`<p class="big">${metricText(...main)} <span class="note">${main[0]}</span></p>`}
${more.length > 0 && html`<p class="note">${more.slice(0, 3).map(([name, value], i) => `${i > 0 ? ' · ' : ''}${name} ${metricText(name, value)}`)}</p>`}`
    : html`<p class="note">Nothing serves yet.</p>`
}${last && html`<p class="note">Last: ${last.kind} version ${last.version} by ${last.by}, ${since(last.created, now)}</p>`}</li>`;
}

import type { Run } from '@trainyard/registry';
import type { Page } from '../page.ts';
import { curveFigures } from '../view/curves.ts';
import { duration, secondsBetween, short } from '../view/format.ts';
import { type Html, html, type Part } from '../view/html.ts';
import { flatten } from '../view/json.ts';
import { metricText, numbersOf } from '../view/metrics.ts';
import { badge, empty, head, table } from '../view/parts.ts';

/** As many as have a colour of their own. */
const mostRuns = 8;

/** Several runs side by side: their curves in one chart, and where their figures and settings differ. */
export const comparePage: Page = {
  path: '/compare',
  section: 'Runs',
  async show({ store, logged, query, now }) {
    const ids = [...new Set(query.getAll('run'))].slice(0, mostRuns);
    const runs = await Promise.all(ids.map((id) => store.runs.get(id)));
    const curves = await Promise.all(
      runs.map(async (run) => ({ label: short(run.id), points: await logged.of(run) })),
    );
    const drawn = curves.filter(({ points }) => points.length > 0);
    const body = html`<section aria-label="Figures">${sideBySide('Figures', runs, figureRows(runs, now))}</section>
<section><h2>Curves</h2>${drawn.length > 0 ? curveFigures(drawn) : html`<p class="note">Nothing is logged.</p>`}</section>
<section><h2>Settings that differ</h2>${settings(runs)}</section>`;
    return {
      title: 'Compare runs',
      refresh: runs.some(({ status }) => status === 'running') ? 2 : 10,
      body: html`${head(html`<a href="/runs">Runs</a>`, runs.length > 0 ? `${runs.length} runs side by side` : 'Compare runs')}
${runs.length > 0 ? body : empty(html`Choose some in the <a href="/runs">list of runs</a>.`)}`,
    };
  },
};

type Row = readonly [name: string, values: readonly Part[]];

function figureRows(runs: readonly Run[], now: Date): Row[] {
  const own = runs.map(({ metrics }) => new Map(numbersOf(metrics)));
  const names = [...new Set(own.flatMap((metrics) => [...metrics.keys()]))];
  return [
    ['Status', runs.map(({ status }) => badge(status))],
    [
      'Took',
      runs.map(({ started, finished }) => (started ? duration(secondsBetween(started, finished, now)) : '–')),
    ],
    ['Why', runs.map(({ trigger }) => trigger)],
    ...names.map(
      (name): Row => [
        name,
        own.map((metrics) => (metrics.has(name) ? metricText(name, metrics.get(name)!) : '–')),
      ],
    ),
    ['Dataset', runs.map(({ dataset }) => (dataset ? html`<code>${dataset.slice(7, 19)}</code>` : '–'))],
    ['Commit', runs.map(({ commit }) => (commit ? html`<code>${commit.slice(0, 12)}</code>` : '–'))],
    ['Seeds', runs.map(({ seeds }) => html`<code>${JSON.stringify(seeds)}</code>`)],
  ];
}

function settings(runs: readonly Run[]): Html {
  const flat = runs.map(({ config }) => flatten(config));
  const names = [...new Set(flat.flatMap((one) => [...one.keys()]))].sort();
  const differing = names.filter((name) => new Set(flat.map((one) => one.get(name))).size > 1);
  if (differing.length === 0) return html`<p class="note">None: all ${names.length} settings are equal.</p>`;
  const rows = differing.map(
    (name): Row => [name, flat.map((one) => (one.has(name) ? html`<code>${one.get(name)}</code>` : '–'))],
  );
  return html`${sideBySide('Settings', runs, rows)}<p class="note">${names.length - differing.length} others are equal.</p>`;
}

const sideBySide = (label: string, runs: readonly Run[], rows: readonly Row[]): Html =>
  table(
    label,
    [
      { name: '' },
      ...runs.map(({ id, pipeline }, i) => ({
        name: html`<span class="key-${i + 1}"></span><a href="/runs/${id}">${pipeline} ${short(id)}</a>`,
      })),
    ],
    rows.map(
      ([name, values]) =>
        html`<tr><th scope="row">${name}</th>${values.map((value) => html`<td>${value}</td>`)}</tr>`,
    ),
  );

import type { Run, RunAttempt, RunFile } from '@trainyard/registry';
import type { Page } from '../page.ts';
import { curveTable } from '../view/curve-table.ts';
import { curveFigures } from '../view/curves.ts';
import { bytes, duration, moment, secondsBetween, short, shortDigest, since } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { metricText, numbersOf } from '../view/metrics.ts';
import { badge, code, deedDetails, deedForm, head, reasonField, table } from '../view/parts.ts';
import { stageCards } from '../view/stages.ts';
import { runLineage } from './run-lineage.ts';

/** One run: its stages and curves as they grow, who worked on it, its files, where it comes from and what it became. */
export const runPage: Page = {
  path: '/runs/:run',
  section: 'Runs',
  async show({ store, logged, params, signedIn, now }) {
    const run = await store.runs.get(params.run!);
    const { id, pipeline, status, config, failure, parent } = run;
    const [stages, points, attempts, files, lineage] = await Promise.all([
      store.stages.list(id),
      logged.of(run),
      store.runs.attempts(id),
      store.runs.files(id),
      runLineage(store, run),
    ]);
    const atWork = status === 'queued' || status === 'running';
    return {
      title: `${pipeline} ${short(id)}`,
      refresh: atWork ? 1 : 5,
      body: html`${head(html`<a href="/runs">Runs</a> / <a href="/runs?pipeline=${pipeline}">${pipeline}</a>`, `Run ${short(id)}`, badge(status))}
${runFigures(run, now)}
${failure && html`<p class="failure">${failure}</p>`}
<div class="actions">${parent && html`<a href="/compare?run=${parent}&amp;run=${id}">Compare with the run that it started from</a>`}${
        signedIn && atWork && cancelForm(id)
      }</div>
${stages.length > 0 && html`<section aria-label="Stages">${stageCards(stages, now)}</section>`}
<section><h2>Curves</h2>${points.length > 0 ? html`${curveFigures([{ points }])}${curveTable(points)}` : html`<p class="note">Nothing is logged yet.</p>`}</section>
<section><h2>Lineage</h2>${lineage}</section>
${attempts.length > 0 && html`<section><h2>Who worked on it</h2>${attemptsTable(attempts, now)}</section>`}
${files.length > 0 && html`<section><h2>Files</h2>${filesTable(id, files, signedIn)}</section>`}
<section><h2>Config</h2><details id="config"><summary>All settings</summary><pre tabindex="0"><code>${JSON.stringify(config, null, 2)}</code></pre></details></section>`,
    };
  },
};

function runFigures({ created, started, finished, trigger, worker, status, metrics }: Run, now: Date): Html {
  const all: [string, string | Html, string | Html | undefined][] = [
    ['Started', since(started ?? created, now), moment(started ?? created)],
    [
      finished ? 'Took' : 'Since then',
      started ? duration(secondsBetween(started, finished, now)) : '–',
      undefined,
    ],
    ['Why', trigger, undefined],
    ...(status === 'running' && worker ? [['Worker', worker, undefined] as [string, string, undefined]] : []),
    ...numbersOf(metrics).map(([name, value]): [string, string, undefined] => [
      name,
      metricText(name, value),
      undefined,
    ]),
  ];
  return html`<dl class="figures">${all.map(
    ([name, value, more]) =>
      html`<div><dt>${name}</dt><dd><b>${value}</b>${more && html`<span>${more}</span>`}</dd></div>`,
  )}</dl>`;
}

const cancelForm = (id: string): Html =>
  deedDetails(
    'cancel',
    'Cancel this run…',
    deedForm(
      `/runs/${id}/cancel`,
      `/runs/${id}`,
      html`<div class="line">${reasonField('')}<button class="danger">Cancel the run</button></div>`,
    ),
  );

const attemptsTable = (attempts: readonly RunAttempt[], now: Date): Html =>
  table(
    'Attempts',
    [
      { name: 'Claim', kind: 'number' },
      { name: 'Worker' },
      { name: 'Machine' },
      { name: 'From' },
      { name: 'For' },
      { name: 'End' },
    ],
    attempts.map(
      ({ token, worker, machine, started, ended, outcome }) => html`<tr id="attempt-${token}">
<td class="number">${token}</td><th scope="row">${worker}</th><td>${machineText(machine)}</td><td class="tight">${moment(started)}</td>
<td class="tight">${duration(secondsBetween(started, ended, now))}</td>
<td>${outcome === null ? 'at work' : outcome === 'lost' ? html`<span class="tag warn">lost</span>` : outcome}</td></tr>`,
    ),
  );

const machineText = (machine: RunAttempt['machine']): string =>
  Object.entries(machine)
    .map(([name, value]) => (typeof value === 'string' ? value : `${name} ${JSON.stringify(value)}`))
    .join(', ') || '–';

const filesTable = (id: string, files: readonly RunFile[], signedIn: boolean): Html =>
  html`<details id="files"><summary>${files.length === 1 ? 'One file' : `${files.length} files`}, ${bytes(files.reduce((sum, file) => sum + file.bytes, 0))}</summary>
${table(
  'Files',
  [{ name: 'File' }, { name: 'Size', kind: 'number' }, { name: 'Stored' }, { name: 'Digest' }],
  files.map(
    ({ name, bytes: size, created, digest }) => html`<tr id="file-${name}">
<th scope="row">${signedIn ? deedForm(`/runs/${id}/files/${name}`, `/runs/${id}`, html`<button class="link">${name}</button>`) : name}</th>
<td class="number">${bytes(size)}</td><td class="tight">${moment(created)}</td><td class="tight">${code(shortDigest(digest))}</td></tr>`,
  ),
)}${!signedIn && html`<p class="note">Sign in to save a file.</p>`}</details>`;

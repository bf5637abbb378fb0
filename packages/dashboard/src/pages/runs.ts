import { type Run, type RunStage, type RunStatus, runStatuses } from '@trainyard/registry';
import type { Page } from '../page.ts';
import { duration, percent, secondsBetween, short, since } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { badge, empty, head, table } from '../view/parts.ts';
import { atWork, flowBar } from '../view/stages.ts';
import { retrainForm } from './retrain-form.ts';

const [fewest, most] = [50, 1000];

/** All runs, the newest first; those of a pipeline or a status where the query says so. */
export const runsPage: Page = {
  path: '/runs',
  section: 'Runs',
  async show({ store, actions, query, signedIn, now }) {
    const status = runStatuses.find((known) => known === query.get('status'));
    const pipelines = await actions.pipelines();
    // What was trained elsewhere may be no pipeline of this workspace.
    const known = [...new Set([...pipelines, ...(await store.versions.models())])].sort();
    const pipeline = known.find((name) => name === query.get('pipeline'));
    const limit = Math.min(most, Math.max(fewest, Math.trunc(Number(query.get('limit'))) || fewest));
    const trials = query.get('trials') === 'shown';
    const found = await store.runs.list({ status, pipeline, limit: trials ? limit : limit * 4 });
    const own = trials ? found : found.filter(({ trigger }) => !trigger.startsWith('sweep'));
    const runs = own.slice(0, limit);
    const stages = await Promise.all(runs.map(({ id }) => store.stages.list(id)));
    const rows = runs.map((run, i) => runRow(run, stages[i]!, now, true));
    return {
      title: 'Runs',
      refresh: 1.5,
      body: html`${head(undefined, 'Runs')}
${signedIn && pipelines.length > 0 && html`<div class="actions">${retrainForm(pipelines, '/runs')}</div>`}
${filterForm({ pipelines: known, pipeline, status, trials })}
${
  rows.length === 0
    ? empty(status || pipeline ? 'No run is like that.' : 'No run yet: npx nx run digits:retrain starts one.')
    : html`<form method="get" action="/compare">${table('Runs', [{ name: html`<span class="hidden">Choose</span>` }, ...runColumns], rows, 'stack')}
<p class="line"><button class="quiet">Compare what is chosen</button>${
        (own.length > limit || found.length === limit * (trials ? 1 : 4)) &&
        limit < most &&
        html`<a href="${more(query, limit)}">Older runs</a>`
      }</p></form>`
}`,
    };
  },
};

export const runColumns = [
  { name: 'Run' },
  { name: 'Status' },
  { name: 'Stages' },
  { name: 'Why' },
  { name: 'Started' },
  { name: 'Took', kind: 'number' },
  { name: 'Accuracy', kind: 'number' },
] as const;

/** @param choosable whether it has a box, to be compared with others */
export function runRow(run: Run, stages: readonly RunStage[], now: Date, choosable = false): Html {
  const { id, pipeline, status, trigger, created, started, finished, failure, metrics } = run;
  const note = failure ?? atWork(stages);
  const accuracy = metrics?.accuracy;
  return html`<tr id="run-${id}">
${choosable && html`<td class="choose"><input type="checkbox" name="run" value="${id}" aria-label="Choose run ${short(id)}"></td>`}
<th scope="row" class="tight"><a href="/runs/${id}">${pipeline} ${short(id)}</a></th>
<td>${badge(status)}</td>
<td class="wide-cell across">${flowBar(stages)}${note && html`<span class="sub">${cut(note)}</span>`}</td>
<td data-label="why">${trigger}</td>
<td class="tight" data-label="started">${since(started ?? created, now)}</td>
<td class="number" data-label="took">${started && duration(secondsBetween(started, finished, now))}</td>
<td class="number" data-label="accuracy">${typeof accuracy === 'number' && percent(accuracy)}</td>
</tr>`;
}

const cut = (text: string): string => (text.length > 140 ? `${text.slice(0, 139)}…` : text);

interface Filter {
  readonly pipelines: readonly string[];
  readonly pipeline: string | undefined;
  readonly status: RunStatus | undefined;
  /** Whether the many runs of sweeps are among them. */
  readonly trials: boolean;
}

const filterForm = ({ pipelines, pipeline, status, trials }: Filter): Html =>
  html`<form method="get" action="/runs" data-filter class="line filter">
<label>Pipeline<select name="pipeline">${options('all', pipelines, pipeline)}</select></label>
<label>Status<select name="status">${options('all', runStatuses, status)}</select></label>
<label>Trials of sweeps<select name="trials"><option value="">hidden</option><option value="shown"${trials && html` selected`}>shown</option></select></label>
<noscript><button>Show</button></noscript>
</form>`;

const options = (all: string, values: readonly string[], chosen: string | undefined): Html =>
  html`<option value="">${all}</option>${values.map(
    (value) => html`<option${value === chosen && html` selected`}>${value}</option>`,
  )}`;

function more(query: URLSearchParams, limit: number): string {
  const next = new URLSearchParams(query);
  next.set('limit', String(Math.min(most, limit * 2)));
  return `/runs?${next}`;
}

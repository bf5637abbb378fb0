import type { JobView } from '@trainyard/jobs';
import type { Run, RunStage, Store } from '@trainyard/registry';
import type { Page } from '../page.ts';
import { duration, secondsBetween, short, since } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { empty, head, table } from '../view/parts.ts';
import { atWork, flowBar } from '../view/stages.ts';

/** Jobs that are not done: at work, by worker; waiting, in the order in which they will be taken; and to be tried again. */
export const jobsPage: Page = {
  path: '/jobs',
  section: 'Jobs',
  async show({ store, actions, now }) {
    const jobs = await actions.jobs();
    const of = (state: JobView['state']) => jobs.filter((job) => job.state === state);
    const [active, waiting, retrying] = [of('active'), of('created'), of('retry')];
    const runs = await runsOf(store, active);
    const stages = new Map(
      await Promise.all([...runs.keys()].map(async (id) => [id, await store.stages.list(id)] as const)),
    );
    const workerOf = ({ run }: JobView) => runs.get(run)?.worker ?? 'taken, not begun';
    const workers = [...new Set(active.map(workerOf))].sort();
    const inOrder = [...waiting].sort(
      (a, b) => b.priority - a.priority || a.created.getTime() - b.created.getTime(),
    );
    return {
      title: 'Jobs',
      refresh: 1.5,
      body: html`${head(undefined, 'Jobs')}
<dl class="figures"><div><dt>At work</dt><dd><b>${active.length}</b></dd></div><div><dt>Waiting</dt><dd><b>${waiting.length}</b></dd></div>
<div><dt>To be tried again</dt><dd><b>${retrying.length}</b></dd></div></dl>
<section><h2>At work, by worker</h2>${
        active.length === 0
          ? empty(
              'No worker has a job. npx nx run digits:worker, on any machine that shares the store, takes what waits.',
            )
          : html`<ul class="cards">${workers.map((worker) =>
              workerCard(
                worker,
                active.filter((job) => workerOf(job) === worker),
                stages,
                now,
              ),
            )}</ul>`
      }</section>
<section><h2>Waiting</h2>${inOrder.length === 0 ? empty('Nothing waits.') : jobsTable('Waiting jobs', inOrder, now)}</section>
<section><h2>To be tried again</h2>${retrying.length === 0 ? empty('Nothing has failed, or lost its worker.') : jobsTable('Jobs to be tried again', retrying, now)}</section>`,
    };
  },
};

async function runsOf(
  { runs }: Pick<Store, 'runs'>,
  jobs: readonly JobView[],
): Promise<ReadonlyMap<string, Run>> {
  const ids = [...new Set(jobs.map(({ run }) => run))];
  // A job may outlive its run for a moment.
  const found = await Promise.all(ids.map((id) => runs.get(id).catch(() => undefined)));
  return new Map(found.filter((run) => run !== undefined).map((run) => [run.id, run]));
}

const workerCard = (
  worker: string,
  jobs: readonly JobView[],
  stages: ReadonlyMap<string, readonly RunStage[]>,
  now: Date,
): Html =>
  html`<li class="card" id="worker-${worker}"><h3>${worker}</h3>${jobs.map(
    ({ id, run, queue, stage, started, created }) =>
      html`<div id="job-${id}"><p><a href="/runs/${run}">${queue} ${short(run)}</a>: ${stage} <span class="note">for ${duration(secondsBetween(started ?? created, null, now))}</span></p>${flowBar(stages.get(run) ?? [])}<p class="note">${atWork(stages.get(run) ?? [])}</p></div>`,
  )}</li>`;

const jobsTable = (label: string, jobs: readonly JobView[], now: Date): Html =>
  table(
    label,
    [
      { name: 'Run' },
      { name: 'Stage' },
      { name: 'Since' },
      { name: 'Not before' },
      { name: 'Priority', kind: 'number' },
      { name: 'Tries so far', kind: 'number' },
    ],
    jobs.map(
      ({ id, run, queue, stage, created, startAfter, priority, retries }) =>
        html`<tr id="job-${id}"><th scope="row" class="tight"><a href="/runs/${run}">${queue} ${short(run)}</a></th><td>${stage}</td>
<td class="tight">${since(created, now)}</td><td class="tight">${startAfter > now ? since(startAfter, now) : '–'}</td><td class="number">${priority}</td><td class="number">${retries}</td></tr>`,
    ),
  );

import type { Check, Run, Store, VersionId } from '@trainyard/registry';
import { count, short } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { code, facts } from '../view/parts.ts';

/** As far back as a page goes. */
const mostAncestors = 20;

/** What a run was made of and from, back to the first, and what was registered of it. */
export async function runLineage(
  store: Pick<Store, 'runs' | 'datasets' | 'versions' | 'sweeps' | 'checks'>,
  run: Run,
): Promise<Html> {
  const [dataset, ancestors, versions, trial, check] = await Promise.all([
    run.dataset ? store.datasets.get(run.dataset) : undefined,
    ancestorsOf(store, run),
    versionsOf(store, run),
    store.sweeps.ofRun(run.id),
    checkOf(store, run),
  ]);
  return facts([
    [
      'Became',
      versions.length > 0 && versions.map((version, i) => html`${i > 0 && ', '}${versionLink(version)}`),
    ],
    ['Found', check && checkText(check)],
    [
      'Called for by',
      run.key?.startsWith(ofCheck) &&
        html`<a href="/checks?pipeline=${run.pipeline}#check-${run.key.slice(ofCheck.length)}">a check</a>`,
    ],
    [
      'Is',
      trial && html`trial ${trial.trial} of <a href="/sweeps/${trial.sweep}">sweep ${short(trial.sweep)}</a>`,
    ],
    [
      'Started from',
      ancestors.length > 0 &&
        ancestors.map(
          (one, i) => html`${i > 0 && ' ← '}<a href="/runs/${one.id}">${one.pipeline} ${short(one.id)}</a>`,
        ),
    ],
    [
      'Dataset',
      dataset &&
        html`${dataset.name}: ${count(dataset.train)} pictures to train with, ${count(dataset.test)} held out<br>${code(dataset.digest)}`,
    ],
    ['Seeds', code(JSON.stringify(run.seeds))],
    ['Commit', run.commit && code(run.commit)],
    ['Config', code(run.configDigest)],
    ['Key', run.key && code(run.key)],
    ['Run', code(run.id)],
  ]);
}

export const versionLink = ({ model, version }: VersionId): Html =>
  html`<a href="/models/${model}#version-${version}">${model} version ${version}</a>`;

async function ancestorsOf({ runs }: Pick<Store, 'runs'>, run: Run): Promise<Run[]> {
  const ancestors: Run[] = [];
  for (let { parent } = run; parent && ancestors.length < mostAncestors; ) {
    const next = await runs.get(parent);
    ancestors.push(next);
    parent = next.parent;
  }
  return ancestors;
}

async function versionsOf({ versions }: Pick<Store, 'versions'>, { id }: Run): Promise<VersionId[]> {
  const lists = await Promise.all((await versions.models()).map((model) => versions.list(model)));
  return lists.flat().filter((version) => version.run === id);
}

/** The key of a run that a check called for, before the check's id. */
const ofCheck = 'check/';

/** What a run that only looked whether to retrain has found. */
async function checkOf({ checks }: Pick<Store, 'checks'>, { id, pipeline }: Run): Promise<Check | undefined> {
  return (await checks.list({ pipeline })).find(({ key }) => key === `run/${id}`);
}

const checkText = ({ id, pipeline, needed, run }: Check): Html =>
  html`<a href="/checks?pipeline=${pipeline}#check-${id}">${needed ? 'that retraining is needed' : 'that nothing is needed'}</a>${
    run && html`, and started <a href="/runs/${run}">run ${short(run)}</a>`
  }`;

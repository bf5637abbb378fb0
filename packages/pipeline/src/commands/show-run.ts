import type { Run, Store } from '@trainyard/registry';
import Table from 'cli-table3';
import { duration, figure, short, time } from './format.ts';

const plain = { style: { head: [], border: [] } };

/** Everything about a run, for the terminal. */
export async function showRun({ runs, stages }: Store, run: Run): Promise<string> {
  const { id, pipeline, status, trigger, failure, commit, dataset, parent, configDigest, seeds } = run;
  const facts = {
    run: id,
    pipeline,
    status: failure ? `${status}: ${failure}` : status,
    trigger,
    created: time(run.created),
    took: duration(run.started, run.finished),
    config: configDigest,
    seed: JSON.stringify(seeds),
    dataset: dataset ?? '–',
    commit: commit ?? '–',
    parent: parent ?? '–',
    metrics: Object.entries(run.metrics ?? {})
      .map(([name, value]) => `${name} ${figure(value)}`)
      .join(', '),
  };
  const about = new Table(plain);
  about.push(...Object.entries(facts).map(([name, value]) => ({ [name]: value })));

  const flow = new Table({ head: ['stage', 'status', 'attempts', 'done', 'took', 'note'], ...plain });
  for (const stage of await stages.list(id))
    flow.push([
      stage.name,
      stage.status,
      stage.attempts,
      stage.progress === null ? '–' : `${Math.round(stage.progress * 100)} %`,
      stage.finished || stage.status === 'running' ? duration(stage.started, stage.finished) : '–',
      stage.note ?? '',
    ]);

  const last = new Map<string, { step: number; value: number }>();
  for (const { name, step, value } of await runs.metrics(id)) last.set(name, { step, value });
  const curves = new Table({ head: ['metric', 'last step', 'value'], ...plain });
  for (const [name, { step, value }] of last) curves.push([name, step, figure(value)]);

  const files = new Table({ head: ['file', 'bytes', 'digest'], ...plain });
  for (const { name, bytes, digest } of await runs.files(id)) files.push([name, bytes, short(digest)]);
  return [about, flow, curves, files].map(String).join('\n');
}

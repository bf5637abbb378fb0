import type { Run, Store } from '@trainyard/registry';
import { duration, figure, makeTable, short, time } from './format.ts';

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
  const about = makeTable();
  about.push(...Object.entries(facts).map(([name, value]) => ({ [name]: value })));

  const flow = makeTable({ head: ['stage', 'status', 'attempts', 'done', 'took', 'note'] });
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
  const curves = makeTable({ head: ['metric', 'last step', 'value'] });
  for (const [name, { step, value }] of last) curves.push([name, step, figure(value)]);

  const files = makeTable({ head: ['file', 'bytes', 'digest'] });
  for (const { name, bytes, digest } of await runs.files(id)) files.push([name, bytes, short(digest)]);
  return [about, flow, curves, files].map(String).join('\n');
}

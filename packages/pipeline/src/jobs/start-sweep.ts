import { Queue } from '@trainyard/jobs';
import { ConflictError, digestOfJson, type JsonObject, type Store, type Sweep } from '@trainyard/registry';
import { advanceSweep } from './advance-sweep.ts';
import { recordOfSweep, type SweepRecord } from './sweep-record.ts';
import { trialFlow } from './trial-flow.ts';

export interface StartedSweep {
  readonly sweep: Sweep;
  /** Whether it was there before, at work or ended. */
  readonly known: boolean;
}

/**
 * Starts a sweep; goes on with the one of the same settings, pipeline and code where there is one.
 * @param again whether to start another one where that one has succeeded
 */
export async function startSweep(
  store: Store,
  project: string,
  record: SweepRecord,
  { again = false }: { readonly again?: boolean } = {},
): Promise<StartedSweep> {
  const config = recordOfSweep(record);
  const digest = digestOfJson(`sweep of ${project}`, config);
  const same = (await store.sweeps.list({ pipeline: project, limit: 10_000 })).filter(
    (sweep) => digestOfJson(`sweep ${sweep.id}`, sweep.config) === digest,
  );
  const going = same.find(({ status }) => status === 'running' || (status === 'succeeded' && !again));
  if (going) return { sweep: await goOn(store, going), known: true };
  // Two who start it at once have the same key, and so the same sweep.
  const key = `sweep/${project}/${digest.replace(/^sha256:/, '')}/${same.length}`;
  const sweep = await store.sweeps.create({ pipeline: project, config: config as JsonObject, key });
  return { sweep: await goOn(store, sweep), known: false };
}

/** Starts what follows from the trials so far, where nothing is left that would do so as it ends. */
export async function goOn(store: Store, sweep: Sweep): Promise<Sweep> {
  if (sweep.status !== 'running') return sweep;
  const queue = await Queue.open(store.database);
  try {
    await queue.ensure(sweep.pipeline);
    return await store.transaction((registry) =>
      advanceSweep({ registry, queue, flow: trialFlow }, sweep.id),
    );
  } finally {
    await queue.close();
  }
}

/**
 * Whether a sweep has ended. One whose last trials ended without a word to it, such as those that were cancelled by
 * themselves, goes on.
 */
export async function sweepIsOver(store: Store, id: string): Promise<boolean> {
  const sweep = await store.sweeps.get(id);
  if (sweep.status !== 'running') return true;
  const trials = await store.sweeps.trials(id);
  if (trials.some(({ status }) => status === 'queued' || status === 'running')) return false;
  return (await goOn(store, sweep)).status !== 'running';
}

/** Ends a sweep and its trials. Said again, it ends what was left. @throws ConflictError when it has ended otherwise */
export async function cancelSweep(store: Store, id: string, reason: string): Promise<Sweep> {
  const sweep = await store.sweeps.cancel(id, reason);
  // From here on no trial starts another one.
  for (const { run, status } of await store.sweeps.trials(id))
    if (status === 'queued' || status === 'running')
      await store.runs.cancel(run, reason).catch((error) => {
        if (!(error instanceof ConflictError)) throw error;
      });
  return sweep;
}

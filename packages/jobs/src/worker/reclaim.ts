import { readdir } from 'node:fs/promises';
import { livenessOf, NotFoundError, type ProcessIdentity, StaleTokenError } from '@trainyard/registry';
import type { StageJob } from '../job.ts';
import type { Linked } from './link.ts';
import { removeWorkFolders } from './work-folder.ts';

interface Machine {
  readonly process: ProcessIdentity;
  readonly job: StageJob & { readonly id: string };
}

/**
 * Puts back what workers of this machine had that are dead, without waiting for their leases to end.
 * @returns how many runs
 */
export async function reclaimRuns({ store, queue }: Linked, pipelines: readonly string[]): Promise<number> {
  let reclaimed = 0;
  for (const run of await store.runs.list({ status: 'running', limit: 1000 })) {
    const machine = run.machine as Partial<Machine> | null;
    if (!pipelines.includes(run.pipeline) || !machine?.process || !machine.job) continue;
    if ((await livenessOf(machine.process)) !== 'dead') continue;
    const { id, flow, stage } = machine.job;
    try {
      await store.transaction(async (registry) => {
        const { pipeline, token, priority } = run;
        await registry.runs.release(run.id, token);
        await queue.complete(registry.database, { queue: pipeline, id });
        await queue.enqueue(registry.database, pipeline, { run: run.id, flow, stage }, token, { priority });
      });
      reclaimed += 1;
    } catch (error) {
      // Somebody else was faster.
      if (!(error instanceof StaleTokenError)) throw error;
    }
  }
  return reclaimed;
}

/** Removes work folders of runs that have ended: a worker that was killed could not. */
export async function removeLeftFolders({ store }: Pick<Linked, 'store'>, root: string): Promise<void> {
  for (const id of await readdir(root).catch(() => [])) {
    const status = await store.runs.get(id).then(
      (run) => run.status,
      (error) => (error instanceof NotFoundError ? 'gone' : 'unknown'),
    );
    if (status !== 'queued' && status !== 'running' && status !== 'unknown')
      await removeWorkFolders(root, id);
  }
}

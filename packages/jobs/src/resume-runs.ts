import type { Store } from '@trainyard/registry';
import { flowOf } from './cancel-run.ts';
import type { Flow } from './flow.ts';
import type { Queue } from './queue.ts';

/**
 * Enqueues every run that has not ended, where it stands: for a store whose queue was left behind, as after a move to
 * another database. No worker may be at work meanwhile.
 * @returns how many
 */
export async function resumeRuns(store: Store, queue: Queue, flows: readonly Flow[]): Promise<number> {
  let resumed = 0;
  const open = [
    ...(await store.runs.list({ status: 'queued', limit: 100_000 })),
    ...(await store.runs.list({ status: 'running', limit: 100_000 })),
  ];
  for (const run of open) {
    const stages = await store.stages.list(run.id);
    const next = stages.find(({ status }) => status !== 'succeeded');
    const flow = flowOf(flows, stages);
    if (!next || !flow) continue;
    await queue.ensure(run.pipeline);
    await store.transaction(async (registry) => {
      if (run.status === 'running') await registry.runs.release(run.id, run.token);
      const job = { run: run.id, flow: flow.name, stage: next.name };
      const { pipeline, token, priority } = run;
      await queue.enqueue(registry.database, pipeline, job, token, { priority });
    });
    resumed += 1;
  }
  return resumed;
}

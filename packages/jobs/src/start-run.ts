import type { NewRun, Registry, Run } from '@trainyard/registry';
import type { Flow } from './flow.ts';
import type { Queue } from './queue.ts';

/**
 * Creates a run and enqueues its first stage, as one: in the transaction that `registry` is of. A run of the same key
 * is returned as it is. The pipeline's queue must have been made (`queue.ensure`).
 */
export async function startRun(registry: Registry, queue: Queue, flow: Flow, run: NewRun): Promise<Run> {
  const created = await registry.runs.create(run);
  if (created.status !== 'queued' || created.token > 0) return created;
  await registry.stages.plan(
    created.id,
    flow.stages.map(({ name }) => name),
  );
  const [first] = flow.stages;
  await queue.enqueue(
    registry.database,
    created.pipeline,
    { run: created.id, flow: flow.name, stage: first!.name },
    created.token,
    { priority: created.priority },
  );
  return created;
}

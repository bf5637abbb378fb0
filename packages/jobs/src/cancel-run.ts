import type { Run, Store } from '@trainyard/registry';
import type { Flow } from './flow.ts';
import type { Queue } from './queue.ts';

/**
 * Ends a run whoever has it, with what follows from its end. One that was cancelled already stays so.
 * @throws ConflictError when it has succeeded or failed; NotFoundError
 */
export async function cancelRun(
  store: Store,
  queue: Queue,
  flows: readonly Flow[],
  { id, reason }: { readonly id: string; readonly reason: string },
): Promise<Run> {
  await queue.ensure((await store.runs.get(id)).pipeline);
  return store.transaction(async (registry) => {
    const before = await registry.runs.get(id);
    const run = await registry.runs.cancel(id, reason);
    if (before.status === run.status) return run;
    const flow = flowOf(flows, await registry.stages.list(id));
    await flow?.onEnd?.({ registry, queue, run });
    return run;
  });
}

/** The flow that a run's plan is of. */
export const flowOf = (
  flows: readonly Flow[],
  stages: readonly { readonly name: string }[],
): Flow | undefined =>
  flows.find(
    (flow) =>
      flow.stages.length === stages.length && flow.stages.every(({ name }, i) => name === stages[i]!.name),
  );

import { type Flow, Queue, runWorker, startRun } from '@trainyard/jobs';
import type { NewRun, Registry, Run, Store } from '@trainyard/registry';
import { flows } from '../jobs/flows.ts';
import { workFolder } from '../jobs/places.ts';
import { type CommandContext, openWorkspaceStore } from './context.ts';

/** Starts a run, for whichever worker takes it. */
export async function enqueueRun(
  store: Store,
  flow: Flow,
  pipeline: string,
  newRun: (registry: Registry) => NewRun | Promise<NewRun>,
): Promise<Run> {
  const queue = await Queue.open(store.database);
  try {
    await queue.ensure(pipeline);
    return await store.transaction(async (registry) =>
      startRun(registry, queue, flow, await newRun(registry)),
    );
  } finally {
    await queue.close();
  }
}

/** Works as a worker does, until `isDone`, or until Ctrl-C: then any worker can go on. */
export const workUntil = (
  pipeline: string,
  isDone: (store: Store) => Promise<boolean>,
  { log, interrupted }: CommandContext,
): Promise<void> =>
  runWorker({
    open: openWorkspaceStore,
    pipelines: [pipeline],
    flows,
    folder: workFolder(),
    signal: interrupted,
    isDone,
    log: (line) => log.info(line),
  });

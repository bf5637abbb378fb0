import { type Flow, Queue, runWorker, startRun } from '@trainyard/jobs';
import type { NewRun, Registry, Run, Store } from '@trainyard/registry';
import { flows } from '../jobs/flows.ts';
import { workFolder } from '../jobs/places.ts';
import { type CommandContext, openWorkspaceStore } from './context.ts';

/** Opens the queue of a store for one piece of work. */
export async function withQueue<T>(store: Store, work: (queue: Queue) => Promise<T>): Promise<T> {
  const queue = await Queue.open(store.database);
  try {
    return await work(queue);
  } finally {
    await queue.close();
  }
}

/** Starts a run, for whichever worker takes it. */
export const enqueueRun = (
  store: Store,
  flow: Flow,
  pipeline: string,
  newRun: (registry: Registry) => NewRun | Promise<NewRun>,
): Promise<Run> =>
  withQueue(store, async (queue) => {
    await queue.ensure(pipeline);
    return store.transaction(async (registry) => startRun(registry, queue, flow, await newRun(registry)));
  });

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

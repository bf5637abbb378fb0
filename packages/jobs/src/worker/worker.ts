import { cpus, hostname } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ownIdentity, type Registry, type Schedule, type Store } from '@trainyard/registry';
import { lastSlot } from '../cron.ts';
import { messageOf } from '../errors.ts';
import type { Flow } from '../flow.ts';
import { heartbeatSeconds, type Queue } from '../queue.ts';
import { Child } from './child.ts';
import { type Execution, executeStage, type Limits } from './execute-stage.ts';
import { Link, type Linked } from './link.ts';
import { reclaimRuns, removeLeftFolders } from './reclaim.ts';
import { isTransient } from './transient.ts';

export interface WorkerOptions {
  /** Opens the store; called again where that failed. The worker closes it. */
  readonly open: () => Promise<Store>;
  /** Whose jobs it takes. */
  readonly pipelines: readonly string[];
  readonly flows: readonly Flow[];
  /** Holds the folders that work is done in. */
  readonly folder: string;
  /** Ends the worker; the stage under way is put back, to be gone on with. */
  readonly signal: AbortSignal;
  /** How lists call it; host and process unless given. */
  readonly name?: string;
  /** What a schedule's slot starts, in the transaction that takes the slot. */
  readonly onSlot?: (
    context: { readonly registry: Registry; readonly queue: Queue },
    schedule: Schedule,
    slot: Date,
  ) => Promise<void>;
  /** Asked whenever there is nothing to do: true ends the worker. */
  readonly isDone?: (store: Store) => Promise<boolean>;
  readonly limits?: Limits;
  /** Seconds after which checkpoints are stored again, for another machine to go on from; 30 unless given. */
  readonly checkpointSeconds?: number;
  readonly log?: (line: string) => void;
}

/** Milliseconds between looks at an empty queue, and between looks at schedules and dead neighbours. */
const poll = 500;
const tick = 2000;

/**
 * Takes jobs until its signal fires: one at a time, each in a child process. Also looks at schedules, and puts back what
 * dead workers of this machine had. Any number may run, on any number of machines.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { open, pipelines, flows, folder, signal, limits = {}, log = () => undefined } = options;
  const onError = (error: Error) => {
    if (!isTransient(error)) log(`queue: ${messageOf(error)}`);
  };
  const link = new Link({ open, pipelines, onError });
  const child = new Child();
  const process_ = await ownIdentity();
  const execution: Execution = {
    link,
    child,
    flows: new Map(flows.map((flow) => [flow.name, flow])),
    folder: resolve(folder),
    worker: options.name ?? `${hostname()}:${process.pid}`,
    machine: {
      process: { ...process_ },
      platform: `${process.platform}-${process.arch}`,
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      processors: cpus().length,
      node: process.version,
    },
    lease: heartbeatSeconds,
    limits,
    checkpointSeconds: options.checkpointSeconds ?? 30,
    signal,
    log,
  };
  const keeper = keepHouse(link, options);
  try {
    let silent = false;
    while (!signal.aborted) {
      try {
        if (await nextJob(execution, options)) break;
        silent = false;
      } catch (error) {
        // The first open must not be retried for ever: a wrong URL is told at once.
        if (!isTransient(error) && !keeper.opened) throw error;
        if (!silent) log(messageOf(error));
        silent = isTransient(error);
        await wait(1000, undefined, { signal }).catch(() => undefined);
      }
    }
  } finally {
    await keeper.stop();
    child.kill();
    await link.close();
  }
}

/** Does the next job, or waits a moment where there is none. @returns whether the worker is done */
async function nextJob(execution: Execution, { pipelines, isDone, signal }: WorkerOptions): Promise<boolean> {
  const { link } = execution;
  const job = await link.use(async ({ queue }) => {
    for (const pipeline of pipelines) {
      const found = await queue.fetch(pipeline);
      if (found) return found;
    }
    return undefined;
  });
  if (job) {
    await executeStage(execution, job);
    return false;
  }
  if (isDone && (await link.use(({ store }) => isDone(store)))) return true;
  await wait(poll, undefined, { signal }).catch(() => undefined);
  return false;
}

/** Schedules and dead neighbours, beside the work. */
function keepHouse(link: Link, { pipelines, onSlot, folder, log = () => undefined }: WorkerOptions) {
  let [opened, stopped] = [false, false];
  let swept = false;
  let running: Promise<void> | undefined;
  const look = async ({ store, queue }: Linked) => {
    opened = true;
    const reclaimed = await reclaimRuns({ store, queue }, pipelines);
    if (reclaimed > 0) log(`${reclaimed} ${reclaimed === 1 ? 'run' : 'runs'} of dead workers put back`);
    if (!swept) await removeLeftFolders({ store }, folder);
    swept = true;
    if (onSlot)
      await store.schedules.takeDue(
        (schedule, now) => (pipelines.includes(schedule.pipeline) ? lastSlot(schedule, now) : undefined),
        (registry, schedule, slot) => onSlot({ registry, queue }, schedule, slot),
      );
  };
  const turn = () => {
    if (stopped) return;
    running ??= link
      .use(look)
      .catch((error) => {
        if (!isTransient(error) && opened) log(`schedules: ${messageOf(error)}`);
      })
      .finally(() => {
        running = undefined;
      });
  };
  const timer = setInterval(turn, tick);
  turn();
  return {
    get opened() {
      return opened;
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}

import {
  ConflictError,
  type JsonObject,
  NotFoundError,
  type Run,
  StaleTokenError,
} from '@trainyard/registry';
import { messageOf } from '../errors.ts';
import type { Flow, FlowStage, StageEnd, StageResult } from '../flow.ts';
import type { StageJob } from '../job.ts';
import type { FetchedJob } from '../queue.ts';
import type { Child, ChildOutcome } from './child.ts';
import type { Link } from './link.ts';
import { persist } from './transient.ts';
import { Watch } from './watch.ts';
import { checkpoints, makeWorkFolder, readResult, removeWorkFolders } from './work-folder.ts';

export interface Limits {
  /** Failures of a stage after which its run fails; 3 unless given. */
  readonly failures?: number;
  /** Crashes in a row without progress between them after which its run fails; 10 unless given. */
  readonly crashes?: number;
  /** Attempts at a stage, however they ended, after which its run fails; 500 unless given: one may end the worker too. */
  readonly attempts?: number;
}

export interface Execution {
  readonly link: Link;
  readonly child: Child;
  readonly flows: ReadonlyMap<string, Flow>;
  readonly folder: string;
  readonly worker: string;
  /** Which process this is, so that another one of this machine can see that it is gone. */
  readonly machine: JsonObject;
  /** Seconds without a heartbeat after which the run may be given to another worker. */
  readonly lease: number;
  readonly limits: Limits;
  /** Seconds between two looks at the checkpoints of the work. */
  readonly checkpointSeconds: number;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** Seconds that the end of a stage waits for a database that can't be reached. */
const patience = 600;

/** Does a job of the queue: a stage of a run, from its claim to the transaction that ends it. */
export async function executeStage(execution: Execution, job: FetchedJob): Promise<void> {
  const { link, flows, folder: root } = execution;
  const flow = flows.get(job.flow);
  const index = flow?.stages.findIndex(({ name }) => name === job.stage) ?? -1;
  if (!flow || index < 0) {
    execution.log(`a job of ${job.flow}, ${job.stage}, which this worker does not know: left to others`);
    return link.use(({ queue }) => queue.giveBack(job));
  }
  const claimed = await claim(execution, job);
  if (!claimed) return;
  const { run, attempts } = claimed;
  const stage = flow.stages[index]!;
  const watch = new Watch(execution, run, job);
  try {
    const { attempts: most = 500 } = execution.limits;
    const outcome =
      attempts > most
        ? {
            kind: 'failed' as const,
            message: `it was begun ${most} times and never came through`,
            final: true,
          }
        : await work(execution, watch, { flow, stage, run });
    await watch.close();
    if (watch.lost) return await dropJob(execution, job);
    if (outcome.kind === 'done')
      return await succeed(execution, { flow, index, run, job, result: outcome.result, watch });
    if (outcome.kind === 'stopped') return await giveBack(execution, run, job);
    await fail(execution, { flow, run, job, outcome });
  } catch (error) {
    if (error instanceof StaleTokenError) return await dropJob(execution, job);
    throw error;
  } finally {
    watch.stop();
    const { status } = await link.use(({ store }) => store.runs.get(run.id)).catch(() => run);
    if (status !== 'running' && status !== 'queued') await removeWorkFolders(root, run.id);
  }
}

async function claim({ link, worker, machine, lease, signal, log }: Execution, job: FetchedJob) {
  return persist(
    () =>
      link.use(async ({ store, queue }) => {
        try {
          const { id, flow, stage } = job;
          const { run, status, attempts } = await store.transaction(async ({ runs, stages }) => {
            const claim = { worker, machine: { ...machine, job: { id, flow, stage } }, lease };
            const claimed = await runs.claim(job.run, claim);
            const begun = await stages.start(job.run, claimed.token, stage);
            return { run: claimed, status: begun.status, attempts: begun.attempts };
          });
          if (status === 'running') {
            const again = attempts > 1 ? ` (attempt ${attempts})` : '';
            log(`${run.pipeline}, run ${run.id.slice(0, 8)}: ${stage}${again}`);
            return { run, attempts };
          }
          // Its job was done, and given out again before that was known.
          await store.transaction(async (registry) => {
            await registry.runs.release(run.id, run.token);
            await queue.complete(registry.database, job);
          });
          return undefined;
        } catch (error) {
          if (error instanceof NotFoundError) await queue.complete(store.database, job);
          else if (error instanceof ConflictError) await endOrGiveBack({ store, queue }, job);
          else throw error;
          return undefined;
        }
      }),
    60,
    signal,
  );
}

/** A job whose run has ended is done; one whose run another worker has waits for that one's lease to end. */
async function endOrGiveBack(
  { store, queue }: Awaited<ReturnType<Link['get']>>,
  job: FetchedJob,
): Promise<void> {
  const { status } = await store.runs.get(job.run);
  if (status === 'queued' || status === 'running') await queue.giveBack(job);
  else await queue.complete(store.database, job);
}

async function work(
  { link, child, folder: root, signal, log }: Execution,
  watch: Watch,
  { flow, stage, run }: { flow: Flow; stage: FlowStage; run: Run },
): Promise<ChildOutcome> {
  let folder: string;
  try {
    folder = await persist(
      () =>
        link.use(async ({ store }) => {
          const made = await makeWorkFolder(root, { store, run, reads: stage.reads ?? (() => true) });
          await stage.prepare?.({ store, run, folder: made });
          return made;
        }),
      60,
      signal,
    );
  } catch (error) {
    return { kind: 'failed', message: messageOf(error), final: false };
  }
  watch.folder = folder;
  const { id, pipeline, config, seeds, parent, dataset, commit, trigger } = run;
  const task = {
    stage: stage.name,
    run: { id, pipeline, config, seeds, parent, dataset, commit, trigger },
    folder,
  };
  const outcome = await child.work(flow, task, watch, watch.stopped(signal));
  // What the work refuses by itself says all in its message.
  if (outcome.kind === 'failed' && outcome.stack && !outcome.final) log(outcome.stack);
  return outcome;
}

interface Ended {
  readonly flow: Flow;
  readonly index: number;
  readonly run: Run;
  readonly job: FetchedJob;
  readonly result: StageResult;
  readonly watch: Watch;
}

/** Stores the files, and ends the stage with all that follows from it in one transaction. */
async function succeed(
  { link, log }: Execution,
  { flow, index, run, job, result: { files = [], result = {} }, watch }: Ended,
): Promise<void> {
  const stage = flow.stages[index]!;
  const next = flow.stages[index + 1];
  // Another worker may have the run if the database was away for longer than the lease; then all of this is refused.
  for (const name of files) {
    const bytes = await readResult(watch.folder!, name);
    await persist(() => link.use(({ store }) => store.runs.attach(run.id, run.token, name, bytes)), patience);
  }
  await persist(
    () =>
      link.use(({ store, queue }) =>
        store.transaction(async (registry) => {
          const stages = await registry.stages.list(run.id);
          // The answer to an earlier try of this transaction was lost.
          if (stages[index]?.status === 'succeeded') return;
          await registry.stages.succeed(run.id, run.token, stage.name, result);
          await stage.settle?.({ registry, queue, run, result });
          for (const { name } of await registry.runs.files(run.id))
            if (name.startsWith(`${checkpoints}/`)) await registry.runs.detach(run.id, run.token, name);
          if (next) {
            await passOn({ registry, queue, run }, { run: run.id, flow: flow.name, stage: next.name });
          } else {
            const metrics = Object.assign({}, ...stages.map((done) => done.result?.metrics), result.metrics);
            await registry.runs.complete(run.id, run.token, metrics as JsonObject);
            await flow.onEnd?.({ registry, queue, run });
          }
          await queue.complete(registry.database, job);
        }),
      ),
    patience,
  );
  if (!next) log(`${run.pipeline}, run ${run.id.slice(0, 8)}: succeeded`);
}

async function fail(
  { link, limits, log }: Execution,
  {
    flow,
    run,
    job,
    outcome,
  }: { flow: Flow; run: Run; job: FetchedJob; outcome: ChildOutcome & { message: string } },
): Promise<void> {
  const { failures = 3, crashes = 10 } = limits;
  const kind = outcome.kind === 'crashed' ? 'crash' : 'failure';
  const final = outcome.kind === 'failed' && outcome.final;
  const named = outcome.message.startsWith(`${job.stage}: `);
  const reason = named ? outcome.message : `${job.stage}: ${outcome.message}`;
  const gaveUp = await persist(
    () =>
      link.use(({ store, queue }) =>
        store.transaction(async (registry) => {
          const stage = await registry.stages.fail(run.id, run.token, job.stage, { reason, kind });
          const ends = final || stage.failures >= failures || stage.crashes >= crashes;
          if (ends) {
            await registry.runs.fail(run.id, run.token, reason);
            await flow.onEnd?.({ registry, queue, run });
          } else {
            const delay = kind === 'crash' ? backOff(stage.crashes - 1) : backOff(stage.failures);
            await passOn({ registry, queue, run }, job, delay);
          }
          await queue.complete(registry.database, job);
          return ends;
        }),
      ),
    patience,
  );
  log(
    `${run.pipeline}, run ${run.id.slice(0, 8)}: ${reason}${gaveUp ? '; given up' : '; it will be tried again'}`,
  );
}

/** Gives a run back, and enqueues the stage that is its turn then, in the transaction of `registry`. */
async function passOn(
  { registry, queue, run }: Omit<StageEnd, 'result'>,
  { flow, stage }: StageJob,
  delay = 0,
): Promise<void> {
  const { id, pipeline, token, priority } = run;
  await registry.runs.release(id, token);
  await queue.enqueue(registry.database, pipeline, { run: id, flow, stage }, token, { priority, delay });
}

/** Seconds before another attempt: 0, 2, 4, 8, … up to five minutes, spread so that many do not come back at once. */
const backOff = (times: number): number =>
  times <= 0 ? 0 : Math.ceil(Math.min(300, 2 ** times) * (0.75 + Math.random() / 2));

/** The worker stops: the stage goes on elsewhere, at once. */
async function giveBack({ link, log }: Execution, run: Run, job: FetchedJob): Promise<void> {
  await persist(
    () =>
      link.use(({ store, queue }) =>
        store.transaction(async (registry) => {
          await passOn({ registry, queue, run }, job);
          await queue.complete(registry.database, job);
        }),
      ),
    10,
  );
  log(`${run.pipeline}, run ${run.id.slice(0, 8)}: ${job.stage} is put back, to be gone on with`);
}

/** The run was cancelled, or another worker has it: what this one did is dropped. */
async function dropJob({ link, log }: Execution, job: FetchedJob): Promise<void> {
  await link.use(async ({ store, queue }) => {
    const { status } = await store.runs.get(job.run);
    if (status !== 'queued' && status !== 'running') await queue.complete(store.database, job);
    log(`run ${job.run.slice(0, 8)}: ${job.stage} is dropped: the run is ${status}, and not this worker's`);
  });
}

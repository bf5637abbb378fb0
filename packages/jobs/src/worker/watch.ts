import { readFile } from 'node:fs/promises';
import { type Run, StaleTokenError } from '@trainyard/registry';
import type { FetchedJob } from '../queue.ts';
import type { ChildListeners } from './child.ts';
import type { Execution } from './execute-stage.ts';
import type { Point } from './protocol.ts';
import { isTransient } from './transient.ts';
import { listCheckpoints } from './work-folder.ts';

/** Milliseconds between signs of life: a third of the shortest time after which somebody is taken for dead. */
const beat = 3000;

/** Looks after a stage at work: signs of life, metrics and progress go to the store; a lost run stops the work. */
export class Watch implements ChildListeners {
  /** Whether the run was cancelled, or given to another worker. */
  lost = false;
  folder: string | undefined;
  readonly #execution: Execution;
  readonly #run: Run;
  readonly #job: FetchedJob;
  readonly #lose = new AbortController();
  readonly #timer: NodeJS.Timeout;
  /** Checkpoints that were stored, by name: when they were written. */
  readonly #stored = new Map<string, number>();
  #storedAt = performance.now();
  #points: Point[] = [];
  #progress: { progress: number; note?: string } | undefined;
  #beating: Promise<void> | undefined;

  constructor(execution: Execution, run: Run, job: FetchedJob) {
    this.#execution = execution;
    this.#run = run;
    this.#job = job;
    this.#timer = setInterval(() => void this.#beat(), beat);
  }

  onMetrics = (points: readonly Point[]): void => void this.#points.push(...points);

  onProgress = (progress: number, note?: string): void => {
    this.#progress = { progress, ...(note !== undefined && { note }) };
  };

  /** Fires when the worker stops or the run is lost. */
  stopped = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, this.#lose.signal]);

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Writes what has not been written. */
  async close(): Promise<void> {
    this.stop();
    await this.#beating;
    await this.#beat();
  }

  #beat(): Promise<void> {
    this.#beating ??= this.#write().finally(() => {
      this.#beating = undefined;
    });
    return this.#beating;
  }

  /** Keeps what another machine could go on from, should this one not come back. */
  async #storeCheckpoints(): Promise<void> {
    if (!this.folder || performance.now() - this.#storedAt < this.#execution.checkpointSeconds * 1000) return;
    this.#storedAt = performance.now();
    const { id, token } = this.#run;
    for (const { name, path, written } of await listCheckpoints(this.folder)) {
      if (this.#stored.get(name) === written) continue;
      const bytes = await readFile(path).catch(() => undefined);
      if (bytes) await this.#execution.link.use(({ store }) => store.runs.attach(id, token, name, bytes));
      this.#stored.set(name, written);
    }
  }

  async #write(): Promise<void> {
    const { link, lease, child, log } = this.#execution;
    const { id, token } = this.#run;
    const [points, progress] = [this.#points, this.#progress];
    try {
      await link.use(async ({ store, queue }) => {
        await store.runs.heartbeat(id, token, lease);
        await queue.touch(this.#job);
        if (points.length > 0) await store.runs.log(id, token, points);
        if (progress) await store.stages.progress(id, token, this.#job.stage, progress);
      });
      this.#points = this.#points.slice(points.length);
      if (this.#progress === progress) this.#progress = undefined;
      await this.#storeCheckpoints();
    } catch (error) {
      if (error instanceof StaleTokenError) {
        this.lost = true;
        this.#lose.abort();
        // It may be deep in work that hears nothing, and its result is not wanted.
        child.kill();
      } else if (!isTransient(error)) log(`heartbeat: ${(error as Error).message}`);
    }
  }
}

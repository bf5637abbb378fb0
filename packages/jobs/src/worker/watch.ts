import { type Run, StaleTokenError } from '@trainyard/registry';
import type { FetchedJob } from '../queue.ts';
import type { ChildListeners } from './child.ts';
import type { Execution } from './execute-stage.ts';
import type { Point } from './protocol.ts';
import { isTransient } from './transient.ts';

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

import { availableParallelism } from 'node:os';
import {
  type Logger,
  type ModelSession,
  messageOf,
  type PassedOver,
  type RunOptions,
  silentLogger,
  WorkerError,
} from '@trainyard/runtime-common';
import type { DecodeOptions } from './decode.ts';
import { type Job, Thread } from './thread.ts';
import type { SentPicture, WorkerStart } from './worker-protocol.ts';

export interface PoolOptions {
  readonly signal?: AbortSignal | undefined;
  readonly logger?: Logger | undefined;
  /** The model once more, for a thread in the place of one that ended; without it none takes its place. */
  readonly reload?: () => Promise<Uint8Array>;
}

/**
 * Sessions of one model in threads: a run leaves the caller's event loop free. What waits is in one queue, so that
 * nobody waits behind a long batch while another thread has nothing to do.
 */
export class ThreadPool implements ModelSession {
  readonly concurrency: number;
  readonly #start: Omit<WorkerStart, 'model'>;
  readonly #options: PoolOptions;
  readonly #threads = new Set<Thread>();
  readonly #starting = new Set<Promise<void>>();
  readonly #queue: Job[] = [];
  #provider = '';
  #passedOver: readonly PassedOver[] = [];
  #disposed = false;

  /**
   * @param count threads; where `threads.intraOp` is not given they share the processors evenly
   * @throws what the first thread that could not load the model threw; the signal's reason
   */
  static async start(
    { model, signature, options }: WorkerStart,
    count: number,
    poolOptions: PoolOptions = {},
  ): Promise<ThreadPool> {
    const intraOp = options.threads?.intraOp ?? Math.max(1, Math.floor(availableParallelism() / count));
    const threads = { ...options.threads, intraOp };
    const pool = new ThreadPool({ signature, options: { ...options, threads } }, count, poolOptions);
    const started = await Promise.allSettled(
      Array.from({ length: count }, () => pool.#startThread(model, poolOptions.signal)),
    );
    const failed = started.find((one) => one.status === 'rejected');
    if (!failed) return pool;
    await pool.dispose();
    throw failed.reason;
  }

  private constructor(start: Omit<WorkerStart, 'model'>, count: number, options: PoolOptions) {
    this.#start = start;
    this.#options = options;
    this.concurrency = count;
  }

  async #startThread(model: Uint8Array, signal?: AbortSignal): Promise<void> {
    const thread: Thread = await Thread.start(
      { ...this.#start, model },
      { onFree: () => this.#send(), onEnd: (reason) => this.#ended(thread, reason) },
      signal,
    );
    this.#threads.add(thread);
    this.#provider = thread.provider;
    this.#passedOver = thread.passedOver;
  }

  get provider(): string {
    return this.#provider;
  }

  get passedOver(): readonly PassedOver[] {
    return this.#passedOver;
  }

  /** The threads that run. */
  get threads(): readonly Thread[] {
    return [...this.#threads];
  }

  /** Jobs that wait or are under way. */
  get load(): number {
    return this.threads.reduce((sum, { load }) => sum + load, this.#queue.length);
  }

  /** @throws WorkerError when the thread that has it ends meanwhile, or none is left */
  async run(pixels: Uint8Array, batch: number, { signal }: RunOptions = {}): Promise<Float32Array> {
    const message: Job['message'] = (id, buffers) => {
      const buffer = buffers.take(pixels.length);
      const copy = new Uint8Array(buffer, 0, pixels.length);
      copy.set(pixels);
      return { message: { kind: 'run', id, pixels: copy, batch }, transfer: [buffer] };
    };
    return (await this.#enqueue(message, signal)) as Float32Array;
  }

  /**
   * Decodes a picture and brings it to the model's size in a thread.
   * @throws PictureError when it can't be used
   */
  async prepare(picture: SentPicture, options: DecodeOptions, signal?: AbortSignal): Promise<Uint8Array> {
    return (await this.#enqueue(
      (id) => ({ message: { kind: 'prepare', id, picture, options } }),
      signal,
    )) as Uint8Array;
  }

  #enqueue(message: Job['message'], signal: AbortSignal | undefined): Promise<Float32Array | Uint8Array> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (!signal) {
        this.#queue.push({ message, resolve, reject });
        return this.#send();
      }
      const stop = () => signal.removeEventListener('abort', onAbort);
      const job: Job = {
        message,
        resolve: (result) => {
          stop();
          resolve(result);
        },
        reject: (reason) => {
          stop();
          reject(reason);
        },
      };
      const onAbort = () => {
        const at = this.#queue.indexOf(job);
        if (at >= 0) this.#queue.splice(at, 1);
        job.reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort);
      this.#queue.push(job);
      this.#send();
    });
  }

  /** Gives what waits to the threads that have room, to the one with the least first. */
  #send(): void {
    while (this.#queue.length > 0) {
      let least: Thread | undefined;
      for (const thread of this.#threads)
        if (thread.hasRoom && (least === undefined || thread.load < least.load)) least = thread;
      if (least) least.send(this.#queue.shift()!);
      else if (this.#threads.size === 0 && this.#starting.size === 0) this.#rejectAll();
      else return;
    }
  }

  #rejectAll(): void {
    const { concurrency } = this;
    const error = new WorkerError(
      'worker threads',
      'one that runs',
      `none of ${concurrency}`,
      'load the bundle again',
    );
    for (const job of this.#queue.splice(0)) job.reject(error);
  }

  #ended(thread: Thread, reason: WorkerError): void {
    this.#threads.delete(thread);
    if (this.#disposed) return;
    const { reload, logger = silentLogger } = this.#options;
    // One that never did anything would end again.
    const another = reload && thread.hasAnswered;
    logger.warn(`${reason.message}${another ? '; another thread takes its place' : ''}`);
    if (another) {
      const starting = this.#replace(reload, logger).finally(() => {
        this.#starting.delete(starting);
        this.#send();
      });
      this.#starting.add(starting);
    }
    this.#send();
  }

  async #replace(reload: () => Promise<Uint8Array>, logger: Logger): Promise<void> {
    try {
      await this.#startThread(await reload());
    } catch (error) {
      logger.warn(`worker thread: no other takes its place: ${messageOf(error)}`);
    }
  }

  /** Lets what was sent end, then ends the threads. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all(this.#starting);
    await Promise.all(this.threads.map((thread) => thread.dispose()));
    this.#rejectAll();
  }
}

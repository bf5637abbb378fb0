import { Worker } from 'node:worker_threads';
import { errorFromData, messageOf, type PassedOver, WorkerError } from '@trainyard/runtime-common';
import { finishBeforeExit, newGate } from './gate.ts';
import type { FromWorker, ToWorker, WorkerStart } from './worker-protocol.ts';

/** Something to do for a thread, and who waits for it. */
export interface Job {
  /** The message, made when it is sent. */
  readonly message: (
    id: number,
    buffers: Buffers,
  ) => {
    readonly message: ToWorker;
    readonly transfer?: ArrayBuffer[];
  };
  readonly resolve: (result: Float32Array | Uint8Array) => void;
  readonly reject: (reason: unknown) => void;
}

export interface ThreadEvents {
  /** It has answered, and has room for another job. */
  readonly onFree: () => void;
  /** It has ended, whether it was told to or not. */
  readonly onEnd: (reason: WorkerError) => void;
}

// Two, so that the thread need not wait for the next message; a job that was not sent can be taken back.
const maxSent = 2;

/** Model, session and event loop in a thread of Node. It lives until it is disposed of, or something ends it. */
export class Thread {
  readonly provider: string;
  readonly passedOver: readonly PassedOver[];
  readonly #worker: Worker;
  readonly #sent = new Map<number, Job>();
  readonly #buffers = new Buffers();
  readonly #exited: Promise<void>;
  readonly #onFree: () => void;
  #nextId = 0;
  #answered = 0;
  #failure: WorkerError | undefined;
  #disposed = false;

  /**
   * @throws what loading the model threw there, of the same class; WorkerError when the thread did not start; the
   *   signal's reason
   */
  static async start(start: WorkerStart, events: ThreadEvents, signal?: AbortSignal): Promise<Thread> {
    signal?.throwIfAborted();
    const gate = newGate();
    const worker = new Worker(entry, {
      workerData: { ...start, gate },
      ...(isSource ? { execArgv: ['--conditions=@trainyard/source'] } : {}),
    });
    finishBeforeExit(worker, gate);
    const { provider, passedOver } = await firstMessage(worker, signal);
    return new Thread(worker, provider, passedOver, events);
  }

  private constructor(
    worker: Worker,
    provider: string,
    passedOver: readonly PassedOver[],
    { onFree, onEnd }: ThreadEvents,
  ) {
    this.#worker = worker;
    this.provider = provider;
    this.passedOver = passedOver;
    this.#onFree = onFree;
    worker.on('message', (message: FromWorker) => this.#receive(message));
    let reason = '';
    worker.on('error', (error) => {
      reason = messageOf(error);
    });
    this.#exited = new Promise((resolve) => {
      worker.on('exit', (code) => {
        onEnd(this.#end(reason || `exit code ${code}`));
        resolve();
      });
    });
    // An idle classifier that nobody disposed of does not keep the process alive.
    worker.unref();
  }

  /** Jobs that it was sent and has not answered. */
  get load(): number {
    return this.#sent.size;
  }

  /** Why it ended, if it did. */
  get failure(): WorkerError | undefined {
    return this.#failure;
  }

  get hasRoom(): boolean {
    return !this.#failure && !this.#disposed && this.#sent.size < maxSent;
  }

  /** Whether it ever did what it was told. */
  get hasAnswered(): boolean {
    return this.#answered > 0;
  }

  /** @param job rejected where it can't be sent */
  send(job: Job): void {
    const id = this.#nextId++;
    this.#sent.set(id, job);
    try {
      const { message, transfer } = job.message(id, this.#buffers);
      this.#post(message, transfer);
      this.#worker.ref();
    } catch (error) {
      // Something that can't be sent to a thread, or no memory for a copy.
      this.#sent.delete(id);
      job.reject(error);
    }
  }

  /** Lets what was sent end, then ends the thread. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#worker.ref();
    this.#post({ kind: 'dispose' });
    await this.#exited;
  }

  /**
   * Rejects with WorkerError what it was sent; the thread ends after the run under way. It is not terminated: a
   * thread that is terminated inside of ONNX Runtime takes the process with it.
   */
  async kill(): Promise<void> {
    this.#end('a thread that was ended');
    await this.dispose();
  }

  #post(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'ready' || message.kind === 'notLoaded') return;
    if (message.kind === 'ran') this.#buffers.keep(message.pixels.buffer as ArrayBuffer);
    const job = this.#sent.get(message.id);
    if (!job) return;
    this.#sent.delete(message.id);
    this.#answered++;
    this.#onFree();
    if (this.#sent.size === 0 && !this.#disposed) this.#worker.unref();
    if (message.kind === 'failed') job.reject(errorFromData(message.error));
    else job.resolve(message.result);
  }

  #end(reason: string): WorkerError {
    this.#failure ??= new WorkerError(
      'worker thread',
      'it to run the model',
      reason,
      'load the bundle again',
    );
    for (const job of this.#sent.values()) job.reject(this.#failure);
    this.#sent.clear();
    return this.#failure;
  }
}

const maxKeptBuffers = 4;

/** Buffers that came back from a thread, for pixels that go there. */
export class Buffers {
  readonly #kept: ArrayBuffer[] = [];

  /** One of at least so many bytes. */
  take(bytes: number): ArrayBuffer {
    const at = this.#kept.findIndex(({ byteLength }) => byteLength >= bytes);
    return at < 0 ? new ArrayBuffer(bytes) : this.#kept.splice(at, 1)[0]!;
  }

  keep(buffer: ArrayBuffer): void {
    if (this.#kept.length === maxKeptBuffers) this.#kept.shift();
    this.#kept.push(buffer);
  }
}

function firstMessage(worker: Worker, signal?: AbortSignal): Promise<FromWorker & { kind: 'ready' }> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      signal?.removeEventListener('abort', onAbort);
      end();
    };
    const fail = (reason: string, cause?: unknown) =>
      new WorkerError('worker thread', 'it to start', reason, undefined, { cause });
    const onMessage = (message: FromWorker) =>
      settle(() => {
        if (message.kind === 'ready') resolve(message);
        else if (message.kind === 'notLoaded') reject(errorFromData(message.error));
      });
    const onError = (error: unknown) => settle(() => reject(fail(messageOf(error), error)));
    const onExit = (code: number) => settle(() => reject(fail(`exit code ${code}`)));
    const onAbort = () =>
      settle(() => {
        // It ends by itself when ONNX Runtime has let go of it, and what it does until then concerns nobody.
        worker.on('error', () => undefined);
        worker.postMessage({ kind: 'dispose' } satisfies ToWorker);
        worker.unref();
        reject(signal?.reason);
      });
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    signal?.addEventListener('abort', onAbort);
  });
}

// From the sources (tests, tsx) the thread needs the same loader and the same export condition.
const isSource = import.meta.url.endsWith('.ts');
const entry = new URL(isSource ? './worker-source.mjs' : './worker-thread.js', import.meta.url);

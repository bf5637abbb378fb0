import { Worker } from 'node:worker_threads';
import {
  errorFromData,
  type ModelSession,
  messageOf,
  type RunOptions,
  WorkerError,
} from '@trainyard/runtime-common';
import type { DecodeOptions } from './decode.ts';
import type { PassedOver } from './session-options.ts';
import type { FromWorker, SentPicture, ToWorker, WorkerStart } from './worker-protocol.ts';

interface Job {
  /** The message, made when it is sent. */
  readonly message: (id: number) => { readonly message: ToWorker; readonly transfer?: ArrayBuffer[] };
  readonly resolve: (result: Float32Array | Uint8Array) => void;
  readonly reject: (reason: unknown) => void;
}

// Two, so that the thread need not wait for the next message; a job that was not sent can be taken back.
const maxSent = 2;
const maxKeptBuffers = 4;

/** A session of ONNX Runtime in a thread of its own: a run leaves the caller's event loop free. */
export class WorkerSession implements ModelSession {
  readonly provider: string;
  readonly passedOver: readonly PassedOver[];
  readonly #worker: Worker;
  readonly #queue: Job[] = [];
  readonly #sent = new Map<number, Job>();
  readonly #buffers: ArrayBuffer[] = [];
  readonly #exited: Promise<void>;
  #nextId = 0;
  #failure: WorkerError | undefined;
  #disposed = false;

  /** @throws what loading the model threw there, of the same class; WorkerError when the thread did not start */
  static async start(start: WorkerStart): Promise<WorkerSession> {
    const worker = new Worker(entry, {
      workerData: start,
      ...(isSource ? { execArgv: ['--conditions=@trainyard/source'] } : {}),
    });
    const { provider, passedOver } = await firstMessage(worker);
    return new WorkerSession(worker, provider, passedOver);
  }

  private constructor(worker: Worker, provider: string, passedOver: readonly PassedOver[]) {
    this.#worker = worker;
    this.provider = provider;
    this.passedOver = passedOver;
    worker.on('message', (message: FromWorker) => this.#receive(message));
    let reason = '';
    worker.on('error', (error) => {
      reason = messageOf(error);
    });
    this.#exited = new Promise((resolve) => {
      worker.on('exit', (code) => {
        this.#end(reason || `exit code ${code}`);
        resolve();
      });
    });
    // An idle classifier that nobody disposed of does not keep the process alive.
    worker.unref();
  }

  /** Runs that wait or are under way. */
  get load(): number {
    return this.#queue.length + this.#sent.size;
  }

  get alive(): boolean {
    return !this.#failure && !this.#disposed;
  }

  async run(pixels: Uint8Array, batch: number, { signal }: RunOptions = {}): Promise<Float32Array> {
    const message = (id: number) => {
      const buffer = this.#takeBuffer(pixels.length);
      const copy = new Uint8Array(buffer, 0, pixels.length);
      copy.set(pixels);
      return { message: { kind: 'run', id, pixels: copy, batch } as const, transfer: [buffer] };
    };
    return (await this.#enqueue(message, signal)) as Float32Array;
  }

  /**
   * Decodes a picture and brings it to the model's size in the thread.
   * @throws PictureError when it can't be used
   */
  async prepare(picture: SentPicture, options: DecodeOptions): Promise<Uint8Array> {
    return (await this.#enqueue((id) => ({
      message: { kind: 'prepare', id, picture, options },
    }))) as Uint8Array;
  }

  #enqueue(message: Job['message'], signal?: AbortSignal): Promise<Float32Array | Uint8Array> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (this.#failure) return reject(this.#failure);
      const stop = () => signal?.removeEventListener('abort', onAbort);
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
        job.reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort);
      this.#queue.push(job);
      this.#send();
    });
  }

  /** Lets what was sent end, then ends the thread. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#worker.ref();
    this.#post({ kind: 'dispose' });
    await this.#exited;
  }

  /**
   * Rejects with WorkerError what waits and what runs; the thread ends after the run under way. It is not terminated:
   * a thread that is terminated inside of ONNX Runtime takes the process with it.
   */
  async kill(): Promise<void> {
    this.#end('a thread that was ended');
    this.#worker.ref();
    this.#post({ kind: 'dispose' });
    await this.#exited;
  }

  #send(): void {
    while (this.#sent.size < maxSent) {
      const job = this.#queue.shift();
      if (!job) break;
      const id = this.#nextId++;
      this.#sent.set(id, job);
      this.#worker.ref();
      try {
        const { message, transfer } = job.message(id);
        this.#post(message, transfer);
      } catch (error) {
        // Something that can't be sent to a thread, or no memory for a copy.
        this.#sent.delete(id);
        job.reject(error);
      }
    }
  }

  #post(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #takeBuffer(bytes: number): ArrayBuffer {
    const at = this.#buffers.findIndex(({ byteLength }) => byteLength >= bytes);
    return at < 0 ? new ArrayBuffer(bytes) : this.#buffers.splice(at, 1)[0]!;
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'ready' || message.kind === 'notLoaded') return;
    if (message.kind === 'ran') this.#keepBuffer(message.pixels.buffer as ArrayBuffer);
    const job = this.#sent.get(message.id);
    if (!job) return;
    this.#sent.delete(message.id);
    this.#send();
    if (this.#sent.size === 0 && !this.#disposed) this.#worker.unref();
    if (message.kind === 'failed') job.reject(errorFromData(message.error));
    else job.resolve(message.result);
  }

  #keepBuffer(buffer: ArrayBuffer): void {
    if (this.#buffers.length === maxKeptBuffers) this.#buffers.shift();
    this.#buffers.push(buffer);
  }

  #end(reason: string): void {
    this.#failure ??= new WorkerError(
      'worker thread',
      'it to run the model',
      reason,
      'load the bundle again',
    );
    for (const job of [...this.#sent.values(), ...this.#queue]) job.reject(this.#failure);
    this.#sent.clear();
    this.#queue.length = 0;
  }
}

function firstMessage(worker: Worker): Promise<{ provider: string; passedOver: readonly PassedOver[] }> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
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
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}

// From the sources (tests, tsx) the thread needs the same loader and the same export condition.
const isSource = import.meta.url.endsWith('.ts');
const entry = new URL(isSource ? './worker-source.mjs' : './worker-thread.js', import.meta.url);

import {
  errorFromData,
  type LoadProgress,
  type ModelSession,
  type ModelSignature,
  type PassedOver,
  type RunOptions,
  WorkerError,
} from '@trainyard/runtime-common';
import { type SentPicture, transferOf } from './picture.ts';
import type { RuntimeOptions } from './runtime.ts';
import type { FromWorker, Loaded, ToWorker } from './worker-protocol.ts';

interface Job {
  /** The message, made when it is sent. */
  readonly message: (id: number) => { readonly message: ToWorker; readonly transfer: Transferable[] };
  readonly resolve: (result: Float32Array | Uint8Array) => void;
  readonly reject: (reason: unknown) => void;
}

export interface WorkerEvents {
  readonly onProgress: (progress: LoadProgress) => void;
  readonly warn: (message: string) => void;
}

// Two, so that the worker need not wait for the next message; a job that was not sent can be taken back.
const maxSent = 2;
const maxKeptBuffers = 4;

/** A session of ONNX Runtime in a worker: a run leaves the page free. */
export class WorkerSession implements ModelSession {
  provider = '';
  passedOver: readonly PassedOver[] = [];
  threads = 1;
  readonly #worker: Worker;
  readonly #events: WorkerEvents;
  readonly #queue: Job[] = [];
  readonly #sent = new Map<number, Job>();
  readonly #buffers: ArrayBuffer[] = [];
  #loading: { resolve: (loaded: Loaded) => void; reject: (reason: unknown) => void } | undefined;
  #disposing: (() => void) | undefined;
  #nextId = 0;
  #failure: unknown;

  /** Starts to load ONNX Runtime there. */
  constructor(worker: Worker, options: RuntimeOptions, events: WorkerEvents) {
    this.#worker = worker;
    this.#events = events;
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => this.#receive(data));
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.end(dead(event.message || 'a script that did not load'));
    });
    worker.addEventListener('messageerror', () => this.end(dead('a message that it could not read')));
    this.#post({ kind: 'start', options });
  }

  /**
   * Loads the model in the worker; its bytes are moved there where they are ours.
   * @throws what loading it threw there, of the same class; WorkerError when the worker did not start
   */
  async load(model: Uint8Array, signature: ModelSignature, threads: number): Promise<void> {
    const loaded = await new Promise<Loaded>((resolve, reject) => {
      this.#loading = { resolve, reject };
      if (this.#failure) reject(this.#failure);
      else this.#post({ kind: 'load', model, signature, threads });
    });
    this.provider = loaded.provider;
    this.passedOver = loaded.passedOver;
    this.threads = loaded.threads;
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
   * Decodes a picture and brings it to the model's size in the worker.
   * @throws PictureError when it can't be used
   */
  async prepare(picture: SentPicture, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const message = (id: number) => ({
      message: { kind: 'prepare', id, picture } as const,
      transfer: transferOf(picture),
    });
    return (await this.#enqueue(message, signal)) as Uint8Array;
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

  /** Frees the model, then ends the worker. */
  async dispose(): Promise<void> {
    if (this.#failure) return this.#worker.terminate();
    await new Promise<void>((resolve) => {
      this.#disposing = resolve;
      this.#post({ kind: 'dispose' });
    });
    this.#worker.terminate();
  }

  /** Ends the worker at once; what waits and what runs is rejected with the reason. */
  end(reason: unknown): void {
    this.#failure ??= reason;
    this.#worker.terminate();
    this.#loading?.reject(this.#failure);
    this.#disposing?.();
    for (const job of [...this.#sent.values(), ...this.#queue]) job.reject(this.#failure);
    this.#sent.clear();
    this.#queue.length = 0;
  }

  #send(): void {
    while (this.#sent.size < maxSent) {
      const job = this.#queue.shift();
      if (!job) break;
      const id = this.#nextId++;
      this.#sent.set(id, job);
      try {
        const { message, transfer } = job.message(id);
        this.#post(message, transfer);
      } catch (error) {
        // Something that can't be sent to a worker, or no memory for a copy.
        this.#sent.delete(id);
        job.reject(error);
      }
    }
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #takeBuffer(bytes: number): ArrayBuffer {
    const at = this.#buffers.findIndex(({ byteLength }) => byteLength >= bytes);
    return at < 0 ? new ArrayBuffer(bytes) : this.#buffers.splice(at, 1)[0]!;
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case 'started':
        void this.#watch(message.lock);
        break;
      case 'progress':
        this.#progress(message.progress);
        break;
      case 'warning':
        this.#events.warn(message.text);
        break;
      case 'ready':
        this.#loading?.resolve(message);
        break;
      case 'notLoaded':
        this.#loading?.reject(errorFromData(message.error));
        break;
      case 'disposed':
        this.#disposing?.();
        break;
      case 'ran':
        this.#keepBuffer(message.pixels.buffer as ArrayBuffer);
        this.#settle(message.id, (job) => job.resolve(message.result));
        break;
      case 'prepared':
        this.#settle(message.id, (job) => job.resolve(message.result));
        break;
      case 'failed':
        this.#settle(message.id, (job) => job.reject(errorFromData(message.error)));
    }
  }

  /** What the callback throws, loading throws. */
  #progress(progress: LoadProgress): void {
    try {
      this.#events.onProgress(progress);
    } catch (error) {
      this.end(error);
    }
  }

  #settle(id: number, how: (job: Job) => void): void {
    const job = this.#sent.get(id);
    if (!job) return;
    this.#sent.delete(id);
    this.#send();
    how(job);
  }

  /** A worker says nothing when it dies, but the lock that it held becomes free. */
  async #watch(lock: string | undefined): Promise<void> {
    if (lock === undefined) return;
    await globalThis.navigator.locks.request(lock, () => {});
    this.end(dead('a worker that was ended'));
  }

  #keepBuffer(buffer: ArrayBuffer): void {
    if (this.#buffers.length === maxKeptBuffers) this.#buffers.shift();
    this.#buffers.push(buffer);
  }
}

const dead = (reason: string): WorkerError =>
  new WorkerError('worker', 'it to run the model', reason, 'load the bundle again');

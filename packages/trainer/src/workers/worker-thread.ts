import { Worker } from 'node:worker_threads';
import type { FromThread, ThreadStart, ToThread } from './protocol.ts';
import { WorkerError } from './worker-error.ts';

interface Waiting {
  readonly resolve: (answer: FromThread) => void;
  readonly reject: (reason: Error) => void;
}

const isSource = import.meta.url.endsWith('.ts');
const entry = new URL(isSource ? './thread-source.mjs' : './thread.js', import.meta.url);

/** The longest that a process which ends waits for what a thread is at. */
const patience = 10_000;

const running = new Set<WorkerThread>();
let watched = false;

/** A run in the middle of which its thread ended would take the process down with an abort instead of its exit code. */
function finishBeforeExit(thread: WorkerThread): void {
  running.add(thread);
  if (watched) return;
  watched = true;
  process.on('exit', () => {
    const deadline = Date.now() + patience;
    for (const thread of running) thread.waitUntil(deadline);
  });
}

/** A thread that holds a replica. It lives until it is closed. */
export class WorkerThread {
  readonly #worker: Worker;
  readonly #pending = new Int32Array(new SharedArrayBuffer(4));
  readonly #waiting: Waiting[] = [];
  readonly #exited: Promise<void>;
  #failure: Error | undefined;

  /** @param onDeath told when it has ended, whether it was closed or not */
  constructor(start: Omit<ThreadStart, 'pending'>, onDeath: () => void) {
    this.#worker = new Worker(entry, {
      workerData: { ...start, pending: this.#pending } satisfies ThreadStart,
      // A step leaves little garbage. Without a limit, V8 widens the nursery of each thread by and by, to 48 MB.
      resourceLimits: { maxYoungGenerationSizeMb: 6 },
      ...(isSource ? { execArgv: ['--conditions=@trainyard/source'] } : {}),
    });
    finishBeforeExit(this);
    let reason = '';
    this.#worker.on('error', (error: unknown) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    this.#worker.on('message', (answer: FromThread) => this.#waiting.shift()?.resolve(answer));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        const what = `training: expected a worker that runs, got one that ended (${reason || `exit code ${code}`})`;
        this.#failure = new WorkerError(what);
        running.delete(this);
        onDeath();
        for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
        resolve();
      });
    });
  }

  /** @throws WorkerError when the thread has ended */
  ask(message: ToThread): Promise<FromThread> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#waiting.push({ resolve, reject });
      Atomics.add(this.#pending, 0, 1);
      this.#worker.postMessage(message);
    });
  }

  /** Blocks until the thread has done what it was told, but no longer than to this time. */
  waitUntil(deadline: number): void {
    for (let left = this.#left; left > 0 && Date.now() < deadline; left = this.#left)
      Atomics.wait(this.#pending, 0, left, deadline - Date.now());
  }

  get #left(): number {
    return Atomics.load(this.#pending, 0);
  }

  /** Ends the thread after what it was told before: never in the middle of a run, which ONNX Runtime would not survive. */
  async close(): Promise<void> {
    if (!this.#failure) await this.ask({ kind: 'close' }).catch(() => undefined);
    await this.#exited;
  }
}

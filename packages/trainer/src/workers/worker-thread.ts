import { Worker } from 'node:worker_threads';
import type { FromThread, ThreadStart, ToThread } from './protocol.ts';
import { WorkerError } from './worker-error.ts';

interface Waiting {
  readonly resolve: (answer: FromThread) => void;
  readonly reject: (reason: Error) => void;
}

const isSource = import.meta.url.endsWith('.ts');
const entry = new URL(isSource ? './thread-source.mjs' : './thread.js', import.meta.url);

/** A thread that holds a replica. It lives until it is closed. */
export class WorkerThread {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  readonly #exited: Promise<void>;
  #failure: Error | undefined;

  /** @param onDeath told when it ends without having been closed */
  constructor(start: ThreadStart, onDeath: () => void) {
    this.#worker = new Worker(entry, {
      workerData: start,
      // A step leaves little garbage. Without a limit, V8 widens the nursery of each thread by and by, to 48 MB.
      resourceLimits: { maxYoungGenerationSizeMb: 6 },
      ...(isSource ? { execArgv: ['--conditions=@trainyard/source'] } : {}),
    });
    let reason = '';
    this.#worker.on('error', (error: unknown) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    this.#worker.on('message', (answer: FromThread) => this.#waiting.shift()?.resolve(answer));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        const what = `training: expected a worker that runs, got one that ended (${reason || `exit code ${code}`})`;
        this.#failure = new WorkerError(what);
        if (this.#waiting.length > 0) onDeath();
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
      this.#worker.postMessage(message);
    });
  }

  /** Ends the thread after what it was told before: never in the middle of a run, which ONNX Runtime would not survive. */
  async close(): Promise<void> {
    if (!this.#failure) await this.ask({ kind: 'close' }).catch(() => undefined);
    await this.#exited;
  }
}

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Flow, StageResult, StageTask } from '../flow.ts';
import type { FromChild, Point, ToChild } from './protocol.ts';

export type ChildOutcome =
  | { readonly kind: 'done'; readonly result: StageResult }
  | { readonly kind: 'failed'; readonly message: string; readonly stack?: string; readonly final: boolean }
  | { readonly kind: 'crashed'; readonly message: string }
  | { readonly kind: 'stopped' };

export interface ChildListeners {
  readonly onProgress: (share: number, note?: string) => void;
  readonly onMetrics: (points: readonly Point[]) => void;
}

const main = fileURLToPath(
  new URL(`./child-main${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
);
/** Milliseconds that a child has to end by itself. */
const patience = 15_000;

/**
 * The process that works: training must not keep the worker from its heartbeats, and what crashes it must not end the
 * worker. It is started for the first stage and kept for the next ones; it dies with the worker.
 */
export class Child {
  #process: ChildProcess | undefined;
  #run: string | undefined;

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Has it do a stage. After `stop`, ends as `stopped`, or as what it had become by then. */
  async work(
    { module, fresh = false }: Pick<Flow, 'module' | 'fresh'>,
    task: StageTask,
    listeners: ChildListeners,
    stop: AbortSignal,
  ): Promise<ChildOutcome> {
    if (fresh && this.#run !== task.run.id) this.kill();
    this.#run = task.run.id;
    const child = this.#running();
    let kill: NodeJS.Timeout | undefined;
    let stopped = false;
    const onStop = () => {
      stopped = true;
      send(child, { type: 'stop' });
      kill = setTimeout(() => child.kill('SIGKILL'), patience);
    };
    try {
      return await new Promise<ChildOutcome>((resolve) => {
        child.on('message', (message: FromChild) => {
          if (message.type === 'progress') listeners.onProgress(message.share, message.note);
          else if (message.type === 'metrics') listeners.onMetrics(message.points);
          else if (message.type === 'done') resolve({ kind: 'done', result: message.result });
          else if (message.stopped) resolve({ kind: 'stopped' });
          else resolve({ kind: 'failed', ...message });
        });
        child.once('error', (error) => resolve({ kind: 'crashed', message: error.message }));
        child.once('exit', (code, signal) =>
          resolve(
            stopped
              ? { kind: 'stopped' }
              : { kind: 'crashed', message: `its process ended by ${signal ?? `exit code ${code}`}` },
          ),
        );
        send(child, { type: 'work', module, task });
        if (stop.aborted) onStop();
        else stop.addEventListener('abort', onStop, { once: true });
      });
    } finally {
      clearTimeout(kill);
      stop.removeEventListener('abort', onStop);
      for (const event of ['message', 'error', 'exit']) child.removeAllListeners(event);
      if (child.exitCode !== null || child.signalCode !== null || !child.connected) this.#process = undefined;
      else child.on('error', () => undefined);
    }
  }

  /** Ends the process at once: what it does is no longer wanted. */
  kill(): void {
    this.#process?.kill('SIGKILL');
    this.#process = undefined;
  }

  #running(): ChildProcess {
    const kept = this.#process;
    if (kept?.connected && kept.exitCode === null && kept.signalCode === null) return kept;
    this.#process = fork(main, [String(process.pid)], {
      serialization: 'advanced',
      execArgv: process.execArgv,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    return this.#process;
  }
}

const send = (child: ChildProcess, message: ToChild): void => {
  if (child.connected) child.send(message, () => undefined);
};

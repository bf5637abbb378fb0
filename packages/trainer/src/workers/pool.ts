import type { StepFigures } from '../executor.ts';
import { Barrier } from './barrier.ts';
import type { SentPlan, ToThread } from './protocol.ts';
import type { SharedTensors } from './shared-tensors.ts';
import { WorkerError } from './worker-error.ts';
import { WorkerThread } from './worker-thread.ts';

/** Threads that take steps together. */
export class Pool {
  readonly #threads: readonly WorkerThread[];

  constructor(workers: number, session: object) {
    const barrier = new Barrier(workers);
    this.#threads = Array.from(
      { length: workers },
      (_, index) =>
        new WorkerThread({ index, workers, session, barrier: barrier.memory }, () => barrier.fail()),
    );
  }

  load(state: SharedTensors): Promise<unknown> {
    return this.#ask(() => ({ kind: 'load', state }));
  }

  /** @throws WorkerError when ONNX Runtime refuses a graph */
  plan(plans: readonly SentPlan[]): Promise<unknown> {
    return this.#ask((i) => ({ kind: 'plan', plan: plans[i] }));
  }

  /** @returns the figures of each worker's part */
  async step(key: string): Promise<StepFigures[]> {
    const answers = await this.#ask(() => ({ kind: 'step', key }));
    return answers.flatMap((answer) => (answer.kind === 'done' && answer.figures ? [answer.figures] : []));
  }

  /** Fills `state` with what the latest step left, or began with: each worker gives what is its own. */
  async read(which: 'after' | 'before', state: SharedTensors): Promise<void> {
    await this.#ask(() => ({ kind: 'read', which, state }));
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  /** @throws WorkerError with the reason of the first that failed by itself */
  async #ask(message: (index: number) => ToThread) {
    const answers = await Promise.all(this.#threads.map((thread, i) => thread.ask(message(i))));
    const failures = answers.flatMap((answer) => (answer.kind === 'failed' ? [answer.message] : []));
    if (failures.length > 0) throw new WorkerError(failures.find(Boolean) ?? 'a worker failed');
    return answers;
  }
}

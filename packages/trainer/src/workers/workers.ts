import { availableParallelism } from 'node:os';
import { Tensor } from '@trainyard/autograd';
import type { Batch } from '../data/index.ts';
import { type Executor, FunctionRunner, type StepFigures, type StepRunner } from '../executor.ts';
import { threadCount } from '../options.ts';
import { counted } from '../text.ts';
import { packTensors, type TrainingTensors, type TrainStep, unpackTensors } from '../train-step.ts';
import { copyInto } from './copy-into.ts';
import type { WorkersOptions } from './options.ts';
import { Plan } from './plan.ts';
import { Pool } from './pool.ts';
import { type SharedTensors, share } from './shared-tensors.ts';

/**
 * Trains in threads of this process: each computes the gradients of its part of the batch as one ONNX graph, and all
 * take the same step with their average, added up in a fixed order. So the bytes depend on the seed, the numbers of
 * workers and threads and the machine, not on timing. The caller's thread is free meanwhile.
 * What can't be compiled runs eagerly; `FitResult.fallback` then says why.
 * @throws InputError when a number is not a positive integer
 */
export function workers(options: WorkersOptions = {}): Executor {
  const workers = threadCount('workers', 'workers', options.workers ?? 1);
  const threads = threadCount(
    'workers',
    'threads',
    options.threads ?? Math.max(1, Math.floor(availableParallelism() / workers)),
  );
  const session = { intraOpNumThreads: threads, ...options.session };
  const { onFallback = console.warn } = options;
  return {
    name: `compiled, ${counted(workers, 'worker')} of ${counted(threads, 'thread')}`,
    prepare: (step) => new WorkersRunner(step, workers, session, onFallback),
  };
}

class WorkersRunner implements StepRunner {
  readonly #step: TrainStep;
  readonly #workers: number;
  readonly #session: object;
  readonly #pool: Pool;
  readonly #onFallback: (line: string) => void;
  readonly #plans = new Map<string, Plan>();
  #state: SharedTensors = {};
  #loaded = false;
  /** What runs in place of the threads, and why. */
  #eager: { readonly runner: FunctionRunner; readonly reason: string } | undefined;

  constructor(step: TrainStep, workers: number, session: object, onFallback: (line: string) => void) {
    this.#step = step;
    this.#workers = workers;
    this.#session = session;
    this.#pool = new Pool(workers, session);
    this.#onFallback = onFallback;
  }

  load(tensors: TrainingTensors): void {
    this.#eager?.runner.load(tensors);
    const packed = packTensors(tensors);
    this.#state = share(Object.entries(packed));
    copyInto(this.#state, packed);
    this.#loaded = false;
  }

  async step(batch: Batch, learningRate: number): Promise<StepFigures> {
    if (this.#eager) return this.#eager.runner.step(batch, learningRate);
    let plan: Plan;
    try {
      plan = await this.#planFor(batch);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return this.#fallBack(error, batch, learningRate);
    }
    plan.feed(batch, learningRate);
    const figures = await this.#pool.step(plan.sent[0].key);
    const pictures = batch.labels.size;
    return {
      loss: figures.reduce((sum, { loss }, i) => sum + (loss * plan.sizes[i]) / pictures, 0),
      correct: figures.reduce((sum, { correct }) => sum + correct, 0),
    };
  }

  async #planFor(batch: Batch): Promise<Plan> {
    const key = String(batch.labels.size);
    if (!this.#loaded) await this.#pool.load(this.#state);
    this.#loaded = true;
    const known = this.#plans.get(key);
    if (known) return known;
    // Not at the top: what trains eagerly does without it.
    const program = { ort: await import('onnxruntime-node'), session: this.#session };
    const plan = await Plan.make(this.#step, stateOf(this.#state), batch, this.#workers, program);
    await this.#pool.plan(plan.sent);
    this.#plans.set(key, plan);
    return plan;
  }

  async #fallBack(error: Error, batch: Batch, learningRate: number): Promise<StepFigures> {
    const tensors = await this.read('after');
    const runner = new FunctionRunner(this.#step);
    runner.load(tensors);
    const reason = `workers: runs eagerly, because ${error.message.split('\n')[0]}`;
    // Where it is the network that is wrong, this throws, and nothing is said of compiling.
    const figures = await runner.step(batch, learningRate);
    this.#eager = { runner, reason };
    this.#onFallback(reason);
    return figures;
  }

  async read(which: 'after' | 'before'): Promise<TrainingTensors> {
    if (this.#eager) return this.#eager.runner.read(which);
    if (this.#loaded) await this.#pool.read(which, this.#state);
    return stateOf(this.#state);
  }

  fallback(): string | undefined {
    return this.#eager?.reason;
  }

  dispose(): Promise<void> {
    return this.#pool.close();
  }
}

/** The tensors in shared memory, as copies that belong to this thread. */
const stateOf = (state: SharedTensors): TrainingTensors =>
  unpackTensors(
    Object.fromEntries(Object.entries(state).map(([name, x]) => [name, new Tensor(x, x.data.slice())])),
  );

import { full, InputError, type Tensor, type Tensors } from '@trainyard/autograd';
import type { Batch } from './data/index.ts';
import { mergeTensors } from './merge-tensors.ts';
import { packTensors, type TrainingTensors, type TrainStep, unpackTensors } from './train-step.ts';

export interface StepFigures {
  readonly loss: number;
  /** Pictures of the batch whose top class is their label. */
  readonly correct: number;
}

/** A training step as it is run: it holds what training changes. One call at a time. */
export interface StepRunner {
  /** Goes on from these values, which stay the caller's. */
  load(tensors: TrainingTensors): void;
  /**
   * One step. Where it runs in threads of its own, the caller may do other things until it is done.
   * The batch must stay as it is until then.
   */
  step(batch: Batch, learningRate: number): Promise<StepFigures>;
  /** What the latest step left, or what it began with. It may be written over by the next step: copy what is kept. */
  read(which: 'after' | 'before'): Promise<TrainingTensors>;
  /** Why it runs eagerly, where its executor could not make anything faster of it. */
  fallback?(): string | undefined;
  /** Frees what it holds; called once, at the end. */
  dispose?(): Promise<void>;
}

/** What runs training steps: it may run them as they are, or make something faster of them first. */
export interface Executor {
  /** A checkpoint remembers it: another one's numbers differ in the last bits. */
  readonly name: string;
  prepare(step: TrainStep): StepRunner;
}

/** Runs every operator's kernel as it comes. */
export const eager: Executor = {
  name: 'eager',
  prepare: (step) => new FunctionRunner(step),
};

/** A step that is one function, whatever runs it. */
export class FunctionRunner implements StepRunner {
  readonly #fn: (inputs: Tensors) => Tensors | Promise<Tensors>;
  #before: TrainingTensors | undefined;
  #after: TrainingTensors | undefined;

  /** @param fn gives tensors that stay as they are during its next call, no longer */
  constructor(fn: (inputs: Tensors) => Tensors | Promise<Tensors>) {
    this.#fn = fn;
  }

  load(tensors: TrainingTensors): void {
    this.#before = tensors;
    this.#after = tensors;
  }

  async step(batch: Batch, learningRate: number): Promise<StepFigures> {
    const before = this.#loaded(this.#after);
    const outputs = await this.#fn(stepInputs(before, batch, learningRate));
    this.#before = before;
    this.#after = unpackTensors(outputs);
    return { loss: outputs.loss.item(), correct: outputs.correct.item() };
  }

  async read(which: 'after' | 'before'): Promise<TrainingTensors> {
    return this.#loaded(which === 'after' ? this.#after : this.#before);
  }

  #loaded(tensors: TrainingTensors | undefined): TrainingTensors {
    if (!tensors) throw new InputError('runner', 'tensors that were loaded', 'none', 'call load first');
    return tensors;
  }
}

/** What a training step takes. */
export const stepInputs = (tensors: TrainingTensors, batch: Batch, learningRate: number): Tensors =>
  mergeTensors<Tensor>(packTensors(tensors), { ...batch, learningRate: full([], learningRate) });

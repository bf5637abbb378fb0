import type { Tensors } from '@trainyard/autograd';

/** A pure function from tensors by name to tensors by name. */
export type TensorFunction = (inputs: Tensors) => Tensors;

/**
 * A training step as it is run. What it returns must stay as it is during the next call, no longer: `fit` copies what
 * it keeps.
 */
export interface PreparedStep {
  (inputs: Tensors): Tensors | Promise<Tensors>;
  /** Why it runs eagerly, where its executor could not make anything faster of it. */
  fallback?(): string | undefined;
  /** Frees what it holds; called once, at the end. */
  dispose?(): Promise<void>;
}

/** What runs a training step: it may run the function as it is, or make something faster of it first. */
export interface Executor {
  /** A checkpoint remembers it: another one's numbers differ in the last bits. */
  readonly name: string;
  prepare(fn: TensorFunction): PreparedStep;
}

/** Runs every operator's kernel as it comes. */
export const eager: Executor = { name: 'eager', prepare: (fn) => fn };

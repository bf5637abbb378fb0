import type { Tensors } from '@trainyard/autograd';

/** A pure function from tensors by name to tensors by name. */
export type TensorFunction = (inputs: Tensors) => Tensors;

/** What runs a training step: it may run the function as it is, or make something faster of it first. */
export interface Executor {
  readonly name: string;
  prepare(fn: TensorFunction): (inputs: Tensors) => Tensors | Promise<Tensors>;
}

/** Runs every operator's kernel as it comes. */
export const eager: Executor = { name: 'eager', prepare: (fn) => fn };

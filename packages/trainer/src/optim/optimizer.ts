import type { Tensor, Tensors } from '@trainyard/autograd';

/**
 * A rule that moves parameters, as pure functions written in operators, so that a whole training step can be traced.
 * Parameters, gradients and results go by the same names.
 */
export interface Optimizer {
  /** `sgd`, with what it was made of; a checkpoint remembers it and refuses to go on with another. */
  readonly name: string;
  /** What the rule remembers of earlier steps, before the first one. */
  init(params: Tensors): Tensors;
  /** @param learningRate a float32 scalar */
  step(
    params: Tensors,
    grads: Tensors,
    state: Tensors,
    learningRate: Tensor,
  ): { params: Tensors; state: Tensors };
}

/** Names under which a rule keeps what it remembers of one parameter. */
export const slot = (kind: string, param: string): string => `${kind}.${param}`;

export const mapTensors = (tensors: Tensors, fn: (tensor: Tensor, name: string) => Tensor): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, fn(tensor, name)]));

export const renameTensors = (tensors: Tensors, rename: (name: string) => string): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [rename(name), tensor]));

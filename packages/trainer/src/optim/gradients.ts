import {
  abs,
  add,
  asTensor,
  clip,
  div,
  InputError,
  maximum,
  mul,
  sqrt,
  square,
  sum,
  type Tensor,
  type Tensors,
} from '@trainyard/autograd';
import { mapTensors } from './optimizer.ts';

const total = (terms: readonly Tensor[]): Tensor => terms.reduce((a, b) => add(a, b));

/** The Euclidean norm of all gradients as one vector; a scalar. */
export const globalNorm = (grads: Tensors): Tensor =>
  sqrt(total(Object.values(grads).map((g) => sum(square(g)))));

/** Scales all gradients down together so that their norm is at most `limit` (Pascanu et al., 2013). */
export function clipByGlobalNorm(grads: Tensors, limit: number): Tensors {
  requirePositive('clipByGlobalNorm', limit);
  const norm = globalNorm(grads);
  // limit / max(norm, limit) is 1 where the norm is small enough, without a branch.
  const factor = div(limit, maximum(norm, asTensor(limit, norm)));
  return mapTensors(grads, (g) => mul(g, factor));
}

/** Brings every element of the gradients into ±limit. */
export function clipByValue(grads: Tensors, limit: number): Tensors {
  requirePositive('clipByValue', limit);
  return mapTensors(grads, (g) => clip(g, -limit, limit));
}

export interface Regularization {
  /** Factor of Σ|w|. */
  readonly l1?: number;
  /** Factor of Σw². */
  readonly l2?: number;
  /** Which parameters; those of two dimensions and more, so no biases or scales, unless given. */
  readonly on?: (name: string, param: Tensor) => boolean;
}

/** The penalty that is added to the loss, a scalar; undefined where there is none. */
export function penalty(params: Tensors, { l1 = 0, l2 = 0, on }: Regularization): Tensor | undefined {
  const chosen = Object.entries(params)
    .filter(([name, p]) => (on ? on(name, p) : p.rank >= 2))
    .map(([, p]) => p);
  const terms = [
    ...(l1 > 0 ? chosen.map((p) => mul(sum(abs(p)), l1)) : []),
    ...(l2 > 0 ? chosen.map((p) => mul(sum(square(p)), l2)) : []),
  ];
  return terms.length > 0 ? total(terms) : undefined;
}

function requirePositive(where: string, limit: number): void {
  if (!(limit > 0)) throw new InputError(where, 'a limit above 0', String(limit));
}

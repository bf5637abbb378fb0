import { gradients } from './backward.ts';
import { requireScalar, Tape, withTape } from './tape.ts';
import { Tensor } from './tensor.ts';

/** What a function is differentiated in: one tensor, or several by name. */
export type Params = Tensor | Readonly<Record<string, Tensor>>;

const leaves = (params: Params): Tensor[] => (params instanceof Tensor ? [params] : Object.values(params));

function rebuild<P extends Params>(params: P, values: readonly Tensor[]): P {
  if (params instanceof Tensor) return values[0] as P;
  return Object.fromEntries(Object.keys(params).map((name, i) => [name, values[i]])) as P;
}

/**
 * A function that gives `fn`'s scalar result, what else it returns, and the gradient in its first argument.
 * @example const [loss, grads, { logits }] = valueAndGradAux((p, x) => [loss(p, x), { logits }])(params, x)
 * @throws InputError when the result is not a scalar, or an operator on the way has no gradient
 */
export function valueAndGradAux<P extends Params, A extends unknown[], X>(
  fn: (params: P, ...args: A) => readonly [Tensor, X],
): (params: P, ...args: A) => [value: Tensor, gradient: P, aux: X] {
  return (params, ...args) => {
    const tape = new Tape();
    const sources = leaves(params);
    for (const source of sources) tape.watch(source);
    const [value, aux] = withTape(tape, () => fn(params, ...args));
    requireScalar('valueAndGrad', value);
    return [value, rebuild(params, gradients(tape, value, sources)), aux];
  };
}

/** A function that gives `fn`'s scalar result and its gradient in the first argument. See `valueAndGradAux`. */
export function valueAndGrad<P extends Params, A extends unknown[]>(
  fn: (params: P, ...args: A) => Tensor,
): (params: P, ...args: A) => [value: Tensor, gradient: P] {
  const inner = valueAndGradAux((params: P, ...args: A) => [fn(params, ...args), undefined] as const);
  return (params, ...args) => {
    const [value, gradient] = inner(params, ...args);
    return [value, gradient];
  };
}

/** The gradient of `fn`, a function with a scalar result, in its first argument; itself differentiable. */
export function grad<P extends Params, A extends unknown[]>(
  fn: (params: P, ...args: A) => Tensor,
): (params: P, ...args: A) => P {
  const inner = valueAndGrad(fn);
  return (params, ...args) => inner(params, ...args)[1];
}

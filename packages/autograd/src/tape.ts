import { InputError } from './errors.ts';
import type { Op } from './op.ts';
import { add } from './ops/arithmetic.ts';
import { onesLike, zerosLike } from './ops/fill.ts';
import type { Tensor } from './tensor.ts';
import { formatType, isFloat } from './types.ts';

export interface Call {
  readonly op: Op;
  readonly inputs: readonly Tensor[];
  readonly attributes: Record<string, never>;
  readonly outputs: readonly Tensor[];
}

/** The operator calls that depend on watched tensors, in order. */
export class Tape {
  readonly #calls: Call[] = [];
  readonly #tracked = new Set<Tensor>();

  watch(x: Tensor): void {
    this.#tracked.add(x);
  }

  record(call: Call): void {
    if (!call.inputs.some((input) => this.#tracked.has(input))) return;
    this.#calls.push(call);
    for (const output of call.outputs) if (isFloat(output.dtype)) this.#tracked.add(output);
  }

  /**
   * Cotangents of `sources`, given that of `output` is `seed`; zeros where the output does not depend on one.
   * The pullbacks are operators, so tapes further out record them: that is where second order comes from.
   * @throws InputError when an operator on the way has no gradient
   */
  gradients(output: Tensor, sources: readonly Tensor[], seed: Tensor = onesLike(output)): Tensor[] {
    const cotangents = new Map<Tensor, Tensor>([[output, seed]]);
    for (const call of this.#calls.reverse()) this.#pull(call, cotangents, sources);
    return sources.map((source) => cotangents.get(source) ?? zerosLike(source));
  }

  #pull(call: Call, cotangents: Map<Tensor, Tensor>, sources: readonly Tensor[]): void {
    if (!call.outputs.some((output) => cotangents.has(output))) return;
    const { vjp, type } = call.op.definition;
    if (!vjp)
      throw new InputError(
        type,
        'an operator with a gradient',
        `${type}, which has none`,
        'keep it out of what is differentiated',
      );
    const pullbacks = vjp({
      ...call,
      cotangents: call.outputs.map((y) => cotangents.get(y) ?? zerosLike(y)),
    });
    for (const output of call.outputs) if (!sources.includes(output)) cotangents.delete(output);
    call.inputs.forEach((input, i) => {
      const pullback = pullbacks[i];
      if (!pullback || !this.#tracked.has(input)) return;
      const before = cotangents.get(input);
      const cotangent = pullback();
      cotangents.set(input, before ? add(before, cotangent) : cotangent);
    });
  }
}

let active: readonly Tape[] = [];

export function recordOnTapes(call: Call): void {
  for (const tape of active) tape.record(call);
}

function withTapes<T>(tapes: readonly Tape[], fn: () => T): T {
  const before = active;
  active = tapes;
  try {
    return fn();
  } finally {
    active = before;
  }
}

/** Runs `fn` without recording for any gradient. */
export const withoutTapes = <T>(fn: () => T): T => withTapes([], fn);
export const noGrad = withoutTapes;

/** Runs `fn` while `tape` records, beside the tapes that record already. */
export const withTape = <T>(tape: Tape, fn: () => T): T => withTapes([...active, tape], fn);

/** @throws InputError when `output` is not a float scalar */
export function requireScalar(where: string, output: Tensor): void {
  if (output.rank !== 0 || !isFloat(output.dtype))
    throw new InputError(
      where,
      'a function whose result is a float scalar',
      formatType(output),
      'take its mean or sum',
    );
}

import { InputError } from './errors.ts';
import type { Op } from './op.ts';
import type { Tensor } from './tensor.ts';
import { activeScopes } from './tracer.ts';
import { formatType, isFloat } from './types.ts';

export interface Call {
  readonly op: Op;
  readonly inputs: readonly Tensor[];
  readonly attributes: Record<string, never>;
  readonly outputs: readonly Tensor[];
}

/** A call as a tape keeps it. */
export interface RecordedCall extends Call {
  /** The scopes that it was traced in; none where nothing is traced. */
  readonly scopes: readonly string[];
}

/** The operator calls that depend on watched tensors, in order. */
export class Tape {
  readonly #calls: RecordedCall[] = [];
  readonly #tracked = new Set<Tensor>();

  watch(x: Tensor): void {
    this.#tracked.add(x);
  }

  record(call: Call): void {
    if (!call.inputs.some((input) => input && this.#tracked.has(input))) return;
    const { op, inputs, attributes, outputs } = call;
    // Not `...call`: each spread that adds a name makes V8 a hidden class that only a full collection takes back.
    this.#calls.push({ op, inputs, attributes, outputs, scopes: activeScopes() });
    for (const output of call.outputs) if (isFloat(output.dtype)) this.#tracked.add(output);
  }

  /** Whether the gradient in a watched tensor passes through `x`. */
  tracks(x: Tensor): boolean {
    return this.#tracked.has(x);
  }

  get calls(): readonly RecordedCall[] {
    return this.#calls;
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
/** The same, by the name that users know. */
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

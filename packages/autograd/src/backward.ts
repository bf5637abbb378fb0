import { InputError } from './errors.ts';
import { add } from './ops/arithmetic.ts';
import { onesLike, zerosLike } from './ops/fill.ts';
import type { RecordedCall, Tape } from './tape.ts';
import type { Tensor } from './tensor.ts';
import { inScopes } from './tracer.ts';

/** The scope of what is traced for the gradient of a call, inside of the call's own: `conv1/grad`. */
export const gradientScope = 'grad';

/**
 * Cotangents of `sources`, given that of `output` is `seed`; zeros where the output does not depend on one.
 * The pullbacks are operators, so tapes that still record write them down: that is where second order comes from.
 * @throws InputError when an operator on the way has no gradient
 */
export function gradients(
  tape: Tape,
  output: Tensor,
  sources: readonly Tensor[],
  seed: Tensor = onesLike(output),
): Tensor[] {
  const cotangents = new Map<Tensor, Tensor>([[output, seed]]);
  const kept = new Set(sources);
  for (const call of tape.calls.toReversed())
    inScopes([...call.scopes, gradientScope], () => pull(call, cotangents, tape, kept));
  return sources.map((source) => cotangents.get(source) ?? zerosLike(source));
}

function pull(
  call: RecordedCall,
  cotangents: Map<Tensor, Tensor>,
  tape: Tape,
  kept: ReadonlySet<Tensor>,
): void {
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
    inputs: call.inputs,
    outputs: call.outputs,
    attributes: call.attributes,
    cotangents: call.outputs.map((y) => cotangents.get(y) ?? zerosLike(y)),
  });
  for (const output of call.outputs) if (!kept.has(output)) cotangents.delete(output);
  call.inputs.forEach((input, i) => {
    const pullback = pullbacks[i];
    if (!pullback || !input || !tape.tracks(input)) return;
    const before = cotangents.get(input);
    const cotangent = pullback();
    cotangents.set(input, before ? add(before, cotangent) : cotangent);
  });
}

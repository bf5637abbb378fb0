import type { Op } from './op.ts';
import { recordOnTapes, withoutTapes } from './tape.ts';
import { allocate, Tensor } from './tensor.ts';
import { activeTracer } from './tracer.ts';

/** Sends one operator call to the kernel or to the tracer, and tells the tapes. */
export function apply(op: Op, inputs: readonly Tensor[], attributes: Record<string, never>): Tensor[] {
  const traced = inputs.some((input) => input?.symbol);
  const outputs = traced ? traceCall(op, inputs, attributes) : runKernel(op, inputs, attributes);
  recordOnTapes({ op, inputs, attributes, outputs });
  return outputs;
}

function runKernel(op: Op, inputs: readonly Tensor[], attributes: Record<string, never>): Tensor[] {
  const types = op.definition.infer(inputs, attributes);
  const outputs = types.map((type) => new Tensor(type, allocate(type)));
  op.definition.kernel(inputs, attributes, outputs);
  return outputs;
}

function traceCall(op: Op, inputs: readonly Tensor[], attributes: Record<string, never>): Tensor[] {
  const tracer = activeTracer(op.type);
  const { lower } = op.definition;
  const lowered =
    tracer.lowers && lower ? withoutTapes(() => lower(inputs, attributes, tracer.target)) : undefined;
  if (lowered) return [...lowered];
  return tracer.record(op, inputs, attributes, op.definition.infer(inputs, attributes));
}

import { interpretSteps, isFloat, type Tensor, type Tensors, type Traced, trace } from '@trainyard/autograd';
import type { TensorFunction } from './train-step.ts';

/** The first element that is not finite, if there is one. */
export const firstNonFinite = (x: Tensor): number | undefined => {
  if (!isFloat(x.dtype)) return undefined;
  return (x.data as Float32Array).find((v) => !Number.isFinite(v));
};

export interface NonFinite {
  /** The input, or the operator by the module and type it has in a trace: `conv2/Conv`. */
  readonly source: string;
  /** NaN, Infinity or −Infinity. */
  readonly value: number;
}

/**
 * Runs a function of tensors operator by operator, and tells where the first number comes up that is not finite:
 * inputs first, then operators in the order they run. Of a function that can't be traced it tells the inputs alone.
 */
export function findNonFinite(fn: TensorFunction, inputs: Tensors): NonFinite | undefined {
  for (const [name, x] of Object.entries(inputs)) {
    const value = firstNonFinite(x);
    if (value !== undefined) return { source: name, value };
  }
  const traced = tracedOrNothing(fn, inputs);
  if (!traced) return undefined;
  const { graph, hostInputs } = traced;
  const drawn = hostInputs.map(({ name, produce }) => [name, produce()] as const);
  for (const { node, results } of interpretSteps(graph, { ...inputs, ...Object.fromEntries(drawn) }))
    for (const result of results) {
      const value = firstNonFinite(result);
      if (value !== undefined) return { source: node.name, value };
    }
  return undefined;
}

function tracedOrNothing(fn: TensorFunction, inputs: Tensors): Traced | undefined {
  try {
    return trace(fn, inputs, { lower: false });
  } catch {
    return undefined;
  }
}

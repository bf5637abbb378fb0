import { applyNode, isFloat, type Tensor, type Tensors, tensorOfData, trace } from '@trainyard/autograd';
import type { TensorFunction } from './executor.ts';

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
 * inputs first, then operators in the order they run.
 */
export function findNonFinite(fn: TensorFunction, inputs: Tensors): NonFinite | undefined {
  for (const [name, x] of Object.entries(inputs)) {
    const value = firstNonFinite(x);
    if (value !== undefined) return { source: name, value };
  }
  const { graph, hostInputs } = trace(fn, inputs, { lower: false });
  const values = new Map<unknown, Tensor>();
  for (const value of graph.initializers) if (value.data) values.set(value, tensorOfData(value.data));
  const drawn = new Map(hostInputs.map(({ name, produce }) => [name, produce]));
  for (const value of graph.inputs) values.set(value, inputs[value.name] ?? drawn.get(value.name)?.());
  for (const node of graph.nodes) {
    const results = applyNode(
      node,
      node.inputs.map((input) => input && values.get(input)),
    );
    for (const result of results) {
      const value = firstNonFinite(result);
      if (value !== undefined) return { source: node.name, value };
    }
    node.outputs.forEach((output, i) => {
      if (output) values.set(output, results[i]);
    });
  }
  return undefined;
}

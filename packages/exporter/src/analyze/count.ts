import { constantDataOf } from '@trainyard/autograd/passes';
import type { Model, Node } from '@trainyard/onnx-ir';
import type { ShapeOptions } from './concrete-inputs.ts';
import { inferGraph } from './infer-graph.ts';

export interface FlopsCount {
  /** Floating-point operations of one run, 2 for a multiply-add. */
  readonly total: number;
  /** Those of each node that has some: convolutions and matrix products. */
  readonly byNode: ReadonlyMap<Node, number>;
  /** Nodes that could not be counted, and why; where it is not empty, the total is a lower bound. */
  readonly uncounted: ReadonlyMap<Node, string>;
}

/**
 * Floating-point operations of a model at a batch of 1 (or `options.batch`). Elementwise operators count nothing;
 * integer convolutions and products of quantized models count as their float twins.
 * @throws InputError when an input has an open size beyond its first dimension and no shape is given
 */
export function countFlops(model: Model, options: ShapeOptions = {}): FlopsCount {
  const { flops, unknown } = inferGraph(model.graph, options);
  const total = [...flops.values()].reduce((sum, count) => sum + count, 0);
  return { total, byNode: flops, uncounted: unknown };
}

/** Numbers the model stores: all initializers and constants but int64 ones, which are shapes and axes. */
export function countParameters({ graph }: Model): number {
  const constants = graph.nodes.flatMap((node) => (node.opType === 'Constant' ? [node.outputs[0]!] : []));
  return [...graph.initializers, ...constants]
    .map((value) => constantDataOf(value))
    .reduce((sum, data) => sum + (data && data.dtype !== 'int64' ? data.size : 0), 0);
}

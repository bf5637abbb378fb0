import type { InferInput, TensorType } from '@trainyard/autograd';
import { inferNode } from '@trainyard/autograd/passes';
import type { Graph, Node, Value } from '@trainyard/onnx-ir';
import { concreteInputs, type ShapeOptions } from './concrete-inputs.ts';
import { inferHalf, widened, widenedConstant } from './half-precision.ts';

export interface InferredGraph {
  /**
   * The type of every value that could be found out, with its elements where they are few and constant.
   * Half precision shows as float32.
   */
  readonly types: ReadonlyMap<Value, InferInput>;
  /** Floating-point operations of each node that has some, 2 for a multiply-add. */
  readonly flops: ReadonlyMap<Node, number>;
  /** Nodes whose results could not be worked out, and why. */
  readonly unknown: ReadonlyMap<Node, string>;
}

/**
 * Walks a graph at concrete input sizes and finds the type of every value, through computed shapes too.
 * Results of operators we do not know have the type that the model declares for them.
 * @throws InputError when the size of an input is open, see `ShapeOptions`
 */
export function inferGraph(graph: Graph, options: ShapeOptions = {}): InferredGraph {
  const types = new Map<Value, InferInput>();
  const flops = new Map<Node, number>();
  const unknown = new Map<Node, string>();
  for (const [input, shape] of concreteInputs(graph, options)) {
    const dtype = input.type && widened(input.type.dtype);
    if (dtype) types.set(input, { dtype, shape });
  }
  for (const value of graph.initializers) {
    const type = value.data && widenedConstant(value.data);
    if (type) types.set(value, type);
  }
  for (const node of graph.nodes) {
    const result = inferHalf(node, types) ?? inferNode(node, types);
    if (typeof result === 'string') unknown.set(node, result);
    else if (result.flops) flops.set(node, result.flops);
    node.outputs.forEach((output, i) => {
      const type = output && ((typeof result !== 'string' && result.types[i]) || declaredType(output));
      if (output && type) types.set(output, type);
    });
  }
  return { types, flops, unknown };
}

function declaredType({ type }: Value): TensorType | undefined {
  const dtype = type && widened(type.dtype);
  if (!dtype || !type.shape) return undefined;
  const sizes = type.shape.filter((dim) => typeof dim === 'number');
  return sizes.length === type.shape.length ? { dtype, shape: sizes } : undefined;
}

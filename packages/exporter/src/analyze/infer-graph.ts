import {
  applyNode,
  findOp,
  fromOnnxAttributes,
  type InferInput,
  int64s,
  isConcrete,
  isDType,
  sizeOf,
  type Tensor,
  type TensorType,
  tensorOfData,
} from '@trainyard/autograd';
import type { Graph, Node, TensorData, Value } from '@trainyard/onnx-ir';
import { concreteInputs, type ShapeOptions } from './concrete-inputs.ts';
import { constantOf } from './constants.ts';
import { inferTwin } from './quantized-twins.ts';

/** Constants of up to this many elements are computed with: shapes and axes, not weights. */
const largestComputed = 1024;

export interface InferredGraph {
  /** The type of every value that could be found out, with its elements where they are few and constant. */
  readonly types: ReadonlyMap<Value, InferInput>;
  /** Floating-point operations of each node that has some, 2 for a multiply-add. */
  readonly flops: ReadonlyMap<Node, number>;
  /** Nodes whose results could not be worked out, and why. */
  readonly unknown: ReadonlyMap<Node, string>;
}

interface Inference {
  readonly types: readonly InferInput[];
  readonly flops?: number;
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
    const dtype = input.type?.dtype;
    if (dtype && isDType(dtype)) types.set(input, { dtype, shape });
  }
  for (const value of graph.initializers) {
    const type = value.data && constantType(value.data);
    if (type) types.set(value, type);
  }
  for (const node of graph.nodes) {
    const result = inferNode(node, types);
    if (typeof result === 'string') unknown.set(node, result);
    else if (result.flops) flops.set(node, result.flops);
    node.outputs.forEach((output, i) => {
      const type = output && ((typeof result !== 'string' && result.types[i]) || declaredType(output));
      if (output && type) types.set(output, type);
    });
  }
  return { types, flops, unknown };
}

/** The results of a node, or why they could not be worked out. */
function inferNode(node: Node, types: ReadonlyMap<Value, InferInput>): Inference | string {
  const constant = constantOf(node);
  if (constant) {
    const type = constantType(constant);
    return type ? { types: [type] } : `a constant of ${constant.dtype}`;
  }
  const inputs = node.inputs.map((input) => input && types.get(input));
  const missing = node.inputs.find((input, i) => input && !inputs[i]);
  if (missing) return `nothing is known of its input "${missing.name}"`;
  try {
    return inferShapeOf(node, inputs) ?? inferTwin(node, inputs) ?? inferOp(node, inputs);
  } catch (error) {
    return (error as Error).message;
  }
}

/** `Shape` is the one operator whose result is known though its input is not. */
function inferShapeOf(node: Node, [x]: readonly (InferInput | undefined)[]): Inference | undefined {
  if (node.opType !== 'Shape' || node.domain !== '' || !x || !isConcrete(x.shape)) return undefined;
  const at = (name: string, fallback: number) => {
    const attribute = node.attributes.get(name);
    return attribute?.kind === 'int' ? Number(attribute.value) : fallback;
  };
  const known = int64s(x.shape.slice(at('start', 0), at('end', x.shape.length)));
  return { types: [{ dtype: 'int64', shape: known.shape, known }] };
}

function inferOp(node: Node, inputs: readonly (InferInput | undefined)[]): Inference | string {
  const op = findOp(node.opType, node.domain);
  if (!op) return `we do not know ${node.domain ? `${node.domain}:` : ''}${node.opType}`;
  const attributes = fromOnnxAttributes(node.opType, op.rules, node.attributes) as never;
  const types = op.definition.infer(inputs as InferInput[], attributes);
  const flops = op.definition.flops?.(inputs as InferInput[], attributes, types);
  const isComputed =
    inputs.every((input) => !input || input.known) &&
    [...inputs, ...types].every((type) => !type || elementsOf(type) <= largestComputed);
  if (!isComputed) return { types, flops };
  const results = applyNode(
    node,
    inputs.map((input) => input?.known),
  );
  return { types: results.map(withElements), flops };
}

const elementsOf = ({ shape }: TensorType): number => (isConcrete(shape) ? sizeOf(shape) : Infinity);

const withElements = (known: Tensor): InferInput => ({ dtype: known.dtype, shape: known.shape, known });

function constantType(data: TensorData): InferInput | undefined {
  const { dtype, dims } = data;
  if (!isDType(dtype)) return undefined;
  return data.size <= largestComputed ? withElements(tensorOfData(data)) : { dtype, shape: dims };
}

function declaredType({ type }: Value): TensorType | undefined {
  if (!type?.shape || !isDType(type.dtype)) return undefined;
  const sizes = type.shape.filter((dim) => typeof dim === 'number');
  return sizes.length === type.shape.length ? { dtype: type.dtype, shape: sizes } : undefined;
}

import type { Node, TensorData, Value } from '@trainyard/onnx-ir';
import { fromOnnxAttributes } from '../attributes.ts';
import { applyNode } from '../interpret.ts';
import type { InferInput } from '../op.ts';
import { opOf } from '../registry.ts';
import { int64s, type Tensor, tensorOfData } from '../tensor.ts';
import { isConcrete, isDType, sizeOf, type TensorType } from '../types.ts';
import { constantOf } from './constants.ts';
import { intOf } from './node-attributes.ts';
import { operatorOf } from './operators.ts';
import { inferTwin } from './quantized-twins.ts';

/** Constants of up to this many elements are computed with: shapes and axes, not weights. */
const largestComputed = 1024;

export interface Inference {
  readonly types: readonly InferInput[];
  readonly flops?: number;
}

/** The results of a node, or why they could not be worked out. */
export function inferNode(node: Node, types: ReadonlyMap<Value, InferInput>): Inference | string {
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
  const known = int64s(x.shape.slice(intOf(node, 'start', 0), intOf(node, 'end', x.shape.length)));
  return { types: [{ dtype: 'int64', shape: known.shape, known }] };
}

function inferOp(node: Node, inputs: readonly (InferInput | undefined)[]): Inference | string {
  const op = opOf(node);
  if (!op) return `we do not know ${operatorOf(node)}`;
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

/** The type of a constant, with its elements where they are few; undefined for types that tensors do not have. */
export function constantType(data: TensorData): InferInput | undefined {
  const { dtype, dims } = data;
  if (!isDType(dtype)) return undefined;
  return data.size <= largestComputed ? withElements(tensorOfData(data)) : { dtype, shape: dims };
}

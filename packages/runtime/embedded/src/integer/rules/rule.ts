import type { Node, Value } from '@trainyard/onnx-ir';
import type { IntegerContext } from '../context.ts';
import type { IntegerTensor, Target } from '../tensors.ts';

/** How an operator between DequantizeLinear and QuantizeLinear is computed on integers. */
export interface IntegerRule {
  /** ONNX operators. */
  readonly operators: readonly string[];
  /**
   * The node's first result as integers of `target`, or of its input's quantization where it only moves numbers.
   * A text says why the node has no integer form.
   */
  lower(node: Node, target: Target, context: IntegerContext): IntegerTensor | string;
  /** Its first result as floats, where no QuantizeLinear follows. */
  toFloat?(node: Node, context: IntegerContext): Value | string;
}

export const nameOf = (node: Node): string => node.name || node.outputs[0]?.name || node.opType;

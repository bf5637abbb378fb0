import type { Node, Value } from '@trainyard/onnx-ir';
import { Add, Div, Mul, reshape, Sub } from '../../ops/index.ts';
import { isCall } from './patterns.ts';
import { type Replacement, type RewriteRule, rewritePass } from './rewrite.ts';

const operators = [Add, Sub, Mul, Div];

/**
 * A number times the weight of a 1×1 convolution, [M, C, 1, 1], as the optimizer does it: ONNX Runtime goes over the
 * elements one by one where a tensor ends in axes of size 1 that the number does not have, which takes ten times as
 * long. So the number gets as many axes as the tensor.
 */
const rule: RewriteRule = {
  name: 'alignScalars',
  plan(graph) {
    const found = new Map<Node, Replacement>();
    for (const node of graph.nodes) {
      const op = operators.find((candidate) => isCall(node, candidate));
      if (!op) continue;
      const at = [0, 1].find((i) => isShortScalar(node.inputs[i], node.inputs[1 - i]));
      const rank = node.outputs[0]?.type?.shape?.length;
      if (at === undefined || rank === undefined) continue;
      const ones = new Array<number>(rank).fill(1);
      found.set(node, (read) =>
        op.call(node.inputs.map((input, i) => (i === at ? reshape(read(input), ones) : read(input)))),
      );
    }
    return found;
  },
};

/** Whether a value is a number of fewer axes than a tensor that ends in an axis of size 1. */
function isShortScalar(value: Value | undefined, tensor: Value | undefined): boolean {
  const [number, sizes] = [value, tensor].map((v) => v?.type?.shape);
  if (!number || !sizes) return false;
  return number.length < sizes.length && number.every((dim) => dim === 1) && sizes.at(-1) === 1;
}

/** Gives numbers the axes of the tensors that they are combined with. */
export const alignScalars = rewritePass(rule);

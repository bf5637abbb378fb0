import type { Node, Value } from '@trainyard/onnx-ir';
import { BatchNormTraining, BatchNormTrainingGrad, reshape, Transpose, transpose } from '../../ops/index.ts';
import type { Tensor } from '../../tensor.ts';
import { attributesOf, isCall, sizesOf } from './patterns.ts';
import { type Replacement, type RewriteRule, rewritePass } from './rewrite.ts';

/**
 * `smallPictures` leaves results as [C, N, …] and transposes them. Batch norm does not care which of a channel's
 * elements come first: it takes them as [1, C, N · …], in long runs, and the transposition comes after it, where it
 * often meets the one before the next product.
 */
const rule: RewriteRule = {
  name: 'normOverPictures',
  plan(graph) {
    const found = new Map<Node, Replacement>();
    for (const node of graph.nodes) {
      const isForward = isCall(node, BatchNormTraining);
      if (!isForward && !isCall(node, BatchNormTrainingGrad)) continue;
      const source = turnedFrom(node.inputs[0]);
      const shape = sizesOf(node.inputs[0]);
      if (!source || !shape) continue;
      const turned = (x: Tensor) => transpose(x, swapped(shape));
      const flat = (x: Tensor) => reshape(x, [1, shape[1], -1]);
      const back = (x: Tensor) => turned(reshape(x, [shape[1], -1, ...shape.slice(2)]));
      const [, scale, other] = node.inputs;
      found.set(node, (read) => {
        const op = isForward ? BatchNormTraining : BatchNormTrainingGrad;
        const rest = isForward ? read(other) : flat(turned(read(other)));
        const [y, ...vectors] = op.call([flat(read(source)), read(scale), rest], attributesOf(node, op));
        return [back(y), ...vectors];
      });
    }
    return found;
  },
};

const swapped = (shape: readonly unknown[]): number[] => [1, 0, ...shape.map((_, i) => i).slice(2)];

/** What a value is the transposition of, first two axes exchanged. */
function turnedFrom(value: Value | undefined): Value | undefined {
  const node = value?.producer;
  if (!isCall(node, Transpose)) return undefined;
  const { perm } = attributesOf(node, Transpose);
  return perm?.every((axis, i) => axis === swapped(perm)[i]) ? node.inputs[0] : undefined;
}

/** Normalizes what is transposed before it is. */
export const normOverPictures = rewritePass(rule);

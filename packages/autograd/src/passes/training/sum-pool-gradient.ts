import type { Node } from '@trainyard/onnx-ir';
import { MaxPoolGrad, ReduceSum } from '../../ops/index.ts';
import { attributesOf, axesOf, isCall } from './patterns.ts';
import { type Replacement, type RewriteRule, rewritePass } from './rewrite.ts';

/**
 * Max pooling's gradient brings every element of dy to one place, so Σ over a picture is that of dy. It is what the
 * gradient of a bias before a pooling adds up.
 */
const rule: RewriteRule = {
  name: 'sumPoolGradient',
  plan(graph, outcome) {
    const found = new Map<Node, Replacement>();
    for (const node of graph.nodes) {
      const scatter = node.inputs[0]?.producer;
      if (!isCall(node, ReduceSum) || !isCall(scatter, MaxPoolGrad)) continue;
      const rank = node.inputs[0]?.type?.shape?.length ?? 0;
      const axes = axesOf(node.inputs[1]) ?? attributesOf(node, ReduceSum).axes;
      const spatial = Array.from({ length: rank - 2 }, (_, i) => i + 2);
      if (!axes || !spatial.every((axis) => axes.includes(axis) || axes.includes(axis - rank))) {
        outcome.refuse(node, 'it does not sum over whole pictures');
        continue;
      }
      found.set(node, (read) =>
        ReduceSum.call(
          [read(scatter.inputs[1]), node.inputs[1] && read(node.inputs[1])],
          attributesOf(node, ReduceSum),
        ),
      );
    }
    return found;
  },
};

/** Sums over the gradient of max pooling where it is small. */
export const sumPoolGradient = rewritePass(rule);

import type { Node } from '@trainyard/onnx-ir';
import { Cast, Transpose } from '../../ops/index.ts';
import { attributesOf, isCall, readersOf } from './patterns.ts';
import { type Replacement, type RewriteRule, rewritePass } from './rewrite.ts';

const wide: readonly (string | undefined)[] = ['float32', 'int32'];

/**
 * cast(transpose(x)) = transpose(cast(x)). For WebGPU, which casts bytes but does not move them: so it is with the
 * pictures at a network's input. On a processor it is the other way round, a quarter of the bytes to move.
 */
const rule: RewriteRule = {
  name: 'castBeforeTranspose',
  plan(graph, outcome) {
    const found = new Map<Node, Replacement>();
    for (const node of graph.nodes) {
      const moved = node.inputs[0];
      const transpose = moved?.producer;
      if (!isCall(node, Cast) || !moved || !isCall(transpose, Transpose)) continue;
      if (wide.includes(moved.type?.dtype) || !wide.includes(node.outputs[0]?.type?.dtype)) continue;
      const other = readersOf(moved).find((reader): boolean => !isCall(reader, Cast));
      if (other || graph.outputs.includes(moved)) {
        outcome.refuse(node, `what it casts is read by ${other?.name ?? 'an output'} too`);
        continue;
      }
      found.set(node, (read) => {
        const cast = Cast.call([read(transpose.inputs[0])], attributesOf(node, Cast));
        return Transpose.call(cast, attributesOf(transpose, Transpose));
      });
    }
    return found;
  },
};

/** Casts bytes before it moves them. */
export const castBeforeTranspose = rewritePass(rule);

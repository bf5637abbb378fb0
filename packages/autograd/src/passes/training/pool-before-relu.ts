import type { Graph, Node, Value } from '@trainyard/onnx-ir';
import { Gate, MaxPool, MaxPoolGrad, Relu, relu } from '../../ops/index.ts';
import type { Outcome } from '../pass.ts';
import { attributesOf, isCall, readersOf } from './patterns.ts';
import { type Replacement, type RewriteRule, rewritePass } from './rewrite.ts';

/**
 * pool(relu(x)) = relu(pool(x)), as max(·, 0) keeps the order. The gradients agree too: where a window has a positive
 * element, its first maximum is the same before and after the ReLU, and where it has none, the gradient is 0.
 * The ReLU and its gradient then work on as many times less as a window has elements.
 */
const rule: RewriteRule = {
  name: 'poolBeforeRelu',
  plan(graph, outcome) {
    const found = new Map<Node, Replacement>();
    for (const pool of graph.nodes) {
      const rectified = pool.inputs[0];
      if (!isCall(pool, MaxPool) || !rectified || !isCall(rectified.producer, Relu)) continue;
      const backward = gradientsOf(graph, pool, rectified, outcome);
      if (!backward) continue;
      const x = rectified.producer.inputs[0];
      const attributes = attributesOf(pool, MaxPool);
      found.set(pool, (read) => [relu(MaxPool.call([read(x)], attributes)[0])]);
      for (const { scatter, gate } of backward)
        found.set(gate, (read) => {
          const dy = Gate.call([read(scatter.inputs[1]), read(pool.outputs[0])])[0];
          return MaxPoolGrad.call([read(x), dy], attributesOf(scatter, MaxPoolGrad));
        });
    }
    return found;
  },
};

/** The gradients of the pooling, each with the ReLU's after it; undefined where the ReLU is needed as it is. */
function gradientsOf(graph: Graph, pool: Node, rectified: Value, outcome: Outcome) {
  const readers = readersOf(rectified);
  const scatters = readers.filter((node) => isCall(node, MaxPoolGrad));
  const gates = readers.filter((node) => isCall(node, Gate));
  const pairs = scatters.flatMap((scatter) => {
    const [result] = scatter.outputs;
    const after = result ? readersOf(result) : [];
    const gate = after.length === 1 ? gates.find((node) => node === after[0]) : undefined;
    return gate && gate.inputs[0] === result ? [{ scatter, gate }] : [];
  });
  const known = new Set<Node>([pool, ...pairs.flatMap(({ scatter, gate }) => [scatter, gate])]);
  const other = readers.find((node) => !known.has(node));
  if (other || graph.outputs.includes(rectified)) {
    outcome.refuse(pool, `the result of the ReLU before it is read by ${other?.name ?? 'an output'} too`);
    return undefined;
  }
  return pairs;
}

/** Pools before it rectifies. */
export const poolBeforeRelu = rewritePass(rule);

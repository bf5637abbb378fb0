import { type Node, toNumbers, type Value } from '@trainyard/onnx-ir';
import { Add, Gemm, gemm, Mul } from '../../ops/index.ts';
import { attributesOf, isCall, readersOf } from './patterns.ts';
import { type Replacement, type RewriteRule, rewritePass } from './rewrite.ts';

/**
 * μ v + a b of matrices, as the momentum of a dense layer's weight is updated, is one product that adds to what is
 * there: Gemm with β = μ. The weight's gradient is then never written out, and v is read once.
 */
const rule: RewriteRule = {
  name: 'addInProduct',
  plan(graph, outcome) {
    const found = new Map<Node, Replacement>();
    for (const node of graph.nodes) {
      if (!isCall(node, Add)) continue;
      const pair = pairOf(node.inputs);
      if (!pair) continue;
      const { product, scaled, factor } = pair;
      const [result] = product.outputs;
      if (!result || readersOf(result).length > 1 || graph.outputs.includes(result)) {
        outcome.refuse(node, 'the product is read elsewhere too');
        continue;
      }
      const { alpha, transA, transB } = attributesOf(product, Gemm);
      found.set(node, (read) => [
        gemm(read(product.inputs[0]), read(product.inputs[1]), read(scaled), {
          alpha,
          beta: factor,
          transA: transA === 1,
          transB: transB === 1,
        }),
      ]);
    }
    return found;
  },
};

/** A product without a summand of its own, and a value of its shape times a constant. */
function pairOf(inputs: readonly (Value | undefined)[]) {
  for (const [one, other] of [inputs, [...inputs].reverse()]) {
    const [product, scaling] = [one?.producer, other?.producer];
    if (!isCall(product, Gemm) || product.inputs[2] || !isCall(scaling, Mul)) continue;
    const [a, b] = scaling.inputs;
    const [scaled, factor] = b?.data ? [a, b] : [b, a];
    const shape = one?.type?.shape?.join();
    if (!scaled || !factor?.data || factor.data.size !== 1 || scaled.type?.shape?.join() !== shape) continue;
    return { product, scaled, factor: toNumbers(factor.data)[0] as number };
  }
  return undefined;
}

/** Adds to a scaled matrix within the product that is added. */
export const addInProduct = rewritePass(rule);

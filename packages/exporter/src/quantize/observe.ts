import type { Model, Value } from '@trainyard/onnx-ir';
import { floatsOf } from './constants.ts';
import { clampOf, isPassThrough, joinRuleOf, weightedRuleOf } from './rules.ts';

/**
 * The values whose ranges static quantization of `model` may ask for, whatever its options: what goes into and comes
 * out of operators with constant float32 weights, and what operators that it knows make of that. All are float32.
 */
export function observableValues({ graph }: Model): Value[] {
  const observed = new Set<Value>();
  const weighted = graph.nodes.filter((node) => weightedRuleOf(node) && floatsOf(node.inputs[1], graph));
  for (const node of weighted) if (node.inputs[0] && !node.inputs[0].data) observed.add(node.inputs[0]);
  for (const node of graph.nodes) {
    const [input] = node.inputs;
    const [output] = node.outputs;
    if (!output) continue;
    const knows = (value: Value | undefined) => value !== undefined && observed.has(value);
    const moves = (isPassThrough(node) || clampOf(node, graph)) && knows(input);
    const joins =
      joinRuleOf(node) &&
      node.inputs.some(knows) &&
      node.inputs.every((value) => knows(value) || floatsOf(value, graph));
    if (moves || joins || weighted.includes(node)) observed.add(output);
  }
  return [...observed];
}

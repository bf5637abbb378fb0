import type { Graph, Node } from '@trainyard/onnx-ir';
import { fixedDataOf, floatsOf } from './constants.ts';
import type { Ranges, StaticOptions } from './options.ts';
import { allFinite } from './range.ts';
import { isListed } from './report.ts';
import { joinRuleOf, weightedRuleOf } from './rules.ts';

/** Why a node with a weighted operator cannot be quantized; undefined where it can. */
function refusal(node: Node, graph: Graph, ranges: Ranges): string | undefined {
  const rule = weightedRuleOf(node)!;
  const [input, weightValue, biasValue] = node.inputs;
  const weights = floatsOf(weightValue, graph);
  if (!weights) return 'its weights are not constant float32';
  if (!input || fixedDataOf(input, graph)) return 'its input is constant';
  const bias = floatsOf(biasValue, graph);
  if (biasValue && !bias) return 'its bias is not constant float32';
  if (bias && (bias.dims.at(-1) !== bias.size || bias.size !== rule.channels(node, weights)))
    return `its bias of shape [${bias.dims}] is not one number for each output channel`;
  if (![weights, bias].every((data) => !data || allFinite(data))) return 'its weights are not all finite';
  const missing = [input, node.outputs[0]!].find(({ name }) => !ranges.has(name));
  return missing ? `calibration has no range for "${missing.name}"` : rule.refuse?.(node);
}

/** The nodes whose weights become integers, and the others with a weighted operator, each with the reason. */
export function selectWeighted(
  graph: Graph,
  ranges: Ranges,
  { exclude = [], keepFirst = false, keepLast = false }: StaticOptions,
): { readonly weighted: ReadonlySet<Node>; readonly refused: ReadonlyMap<Node, string> } {
  const refused = new Map<Node, string>();
  const candidates = graph.nodes.filter((node) => {
    if (!weightedRuleOf(node) || (joinRuleOf(node) && !floatsOf(node.inputs[1], graph))) return false;
    const reason = isListed(node, exclude) ? 'excluded' : refusal(node, graph, ranges);
    if (reason) refused.set(node, reason);
    return !reason;
  });
  const weighted = new Set(candidates);
  const keep = (node: Node | undefined, which: string) => {
    if (node && weighted.delete(node)) refused.set(node, `excluded: the ${which} node with weights`);
  };
  if (keepFirst) keep(candidates[0], 'first');
  if (keepLast) keep(candidates.at(-1), 'last');
  return { weighted, refused };
}

import type { Graph, Model, Node, Value } from '@trainyard/onnx-ir';
import { constantOf, floatsOf } from './constants.ts';
import { chooseParameters, type QuantParameters, type Range, saturatesLike } from './parameters.ts';
import { rangeOf } from './range.ts';
import { isListed, type NodeReport, nameOf } from './report.ts';
import { clampOf, isPassThrough, joinRuleOf, weightedRuleOf } from './rules.ts';

/** The range of every value that calibration observed, by the value's name. */
export type Ranges = ReadonlyMap<string, Range>;

export interface StaticOptions {
  /** uint8 is the faster one on x86, and needs no extra step for ReLU. Default: uint8. */
  readonly activations?: 'uint8' | 'int8';
  /** Activations with zero in the middle; a ReLU can then not be folded. Default: false. */
  readonly symmetric?: boolean;
  /** A scale for each output channel of the weights. Default: true. */
  readonly perChannel?: boolean;
  /** Weights in 7 bits, for x86 without VNNI, where two products of 8 bits saturate. Default: false. */
  readonly reduceRange?: boolean;
  /** Names of nodes (or of their first outputs) and operator types that stay float. */
  readonly exclude?: readonly string[];
  /** The first (last) node with weights stays float. Default: false. */
  readonly keepFirst?: boolean;
  readonly keepLast?: boolean;
}

export interface Plan {
  /** The values that become integers. */
  readonly parameters: ReadonlyMap<Value, QuantParameters>;
  /** The nodes whose weights become integers. */
  readonly weighted: ReadonlySet<Node>;
  /** Constant inputs of nodes that compute on integers. */
  readonly constants: ReadonlyMap<Value, QuantParameters>;
  /** Relu and Clip nodes that saturation makes needless. */
  readonly folded: ReadonlySet<Node>;
  readonly report: readonly NodeReport[];
}

/** Why a node with a weighted operator cannot be quantized; undefined where it can. */
function refusal(node: Node, graph: Graph, ranges: Ranges): string | undefined {
  const rule = weightedRuleOf(node)!;
  const [input, weightValue, biasValue] = node.inputs;
  const weights = floatsOf(weightValue, graph);
  if (!weights) return 'its weights are not constant float32';
  if (!input || constantOf(input, graph)) return 'its input is constant';
  const bias = floatsOf(biasValue, graph);
  if (biasValue && !bias) return 'its bias is not constant float32';
  if (bias && (bias.dims.at(-1) !== bias.size || bias.size !== rule.channels(node, weights)))
    return `its bias of shape [${bias.dims}] is not one number for each output channel`;
  if (weights.view('float32').some((w) => !Number.isFinite(w))) return 'its weights are not all finite';
  const missing = [input, node.outputs[0]!].find(({ name }) => !ranges.has(name));
  return missing ? `calibration has no range for "${missing.name}"` : rule.refuse?.(node);
}

/** Decides which values and nodes of `model` become integers. Changes nothing. */
export function planStatic(model: Model, ranges: Ranges, options: StaticOptions): Plan {
  const { graph } = model;
  const { exclude = [], activations: dtype = 'uint8', symmetric = false } = options;
  const parameters = new Map<Value, QuantParameters>();
  const constants = new Map<Value, QuantParameters>();
  const folded = new Set<Node>();
  const notes = new Map<Node, string>();
  const refused = new Map<Node, string>();

  const choose = (range: Range) => chooseParameters(range, { dtype, symmetric });
  const ofValue = (value: Value): QuantParameters | undefined => {
    const range = ranges.get(value.name);
    return range && choose(range);
  };

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
  if (options.keepFirst) keep(candidates[0], 'first');
  if (options.keepLast) keep(candidates.at(-1), 'last');
  const demanded = new Set([...weighted].map((node) => node.inputs[0]!));

  /** Whether somebody computes on integers of `value`, straight or behind operators that move or clamp it. */
  const isWanted = (value: Value): boolean =>
    demanded.has(value) ||
    [...value.uses].some(
      ({ node, index }) =>
        index === 0 &&
        !isListed(node, exclude) &&
        (isPassThrough(node) || clampOf(node, graph) !== undefined) &&
        node.outputs[0] !== undefined &&
        isWanted(node.outputs[0]),
    );

  /** The clamp behind `value`, perhaps behind operators that move it, if saturation in its range does the same. */
  const clampBehind = (value: Value): { node: Node; parameters: QuantParameters } | undefined => {
    const [use, ...others] = value.uses;
    if (!use || others.length > 0 || use.index !== 0 || graph.outputs.includes(value)) return undefined;
    const { node } = use;
    const [output] = node.outputs;
    if (!graph.nodes.includes(node) || !output || isListed(node, exclude)) return undefined;
    if (isPassThrough(node)) return clampBehind(output);
    const clamp = clampOf(node, graph);
    const chosen = clamp && ofValue(output);
    return chosen && saturatesLike(clamp, chosen) ? { node, parameters: chosen } : undefined;
  };

  /** Makes the output of a node that computes on integers an integer too. */
  const quantizeOutput = (node: Node): boolean => {
    const output = node.outputs[0]!;
    const clamp = clampBehind(output);
    const chosen = clamp?.parameters ?? ofValue(output);
    if (!chosen) return false;
    parameters.set(output, chosen);
    if (clamp) {
      folded.add(clamp.node);
      notes.set(clamp.node, `folded into the range of "${nameOf(node)}"`);
    }
    return true;
  };

  const visit = (node: Node): string | undefined => {
    const [input] = node.inputs;
    const [output] = node.outputs;
    const given = input && parameters.get(input);
    if (isListed(node, exclude)) return 'excluded';
    if (weighted.has(node)) {
      const rule = weightedRuleOf(node)!;
      if (rule.integerOutput || isWanted(output!)) quantizeOutput(node);
      notes.set(node, parameters.has(output!) ? 'integer input, weights, output' : 'integer input, weights');
      return undefined;
    }
    if (refused.has(node)) return refused.get(node);
    if (isPassThrough(node)) {
      if (!given || !output) return 'its input is float';
      parameters.set(output, given);
      notes.set(node, "in its input's scale");
      return undefined;
    }
    if (clampOf(node, graph)) {
      if (!given) return 'its input is float';
      if (!quantizeOutput(node)) return `calibration has no range for "${output?.name}"`;
      notes.set(node, 'float between integers');
      return undefined;
    }
    const join = joinRuleOf(node);
    if (!join) return 'no integer form known';
    const float = node.inputs.find(
      (value) => value && !parameters.has(value) && !(join.constants && floatsOf(value, graph)),
    );
    if (float) return `its input "${float.name}" is float`;
    if (!node.inputs.some((value) => value && parameters.has(value))) return 'its inputs are constant';
    const reason = join.refuse?.(node);
    if (reason) return reason;
    if (!quantizeOutput(node)) return `calibration has no range for "${output?.name}"`;
    for (const value of node.inputs)
      if (value && !parameters.has(value)) constants.set(value, choose(rangeOf(floatsOf(value, graph)!)));
    notes.set(node, 'integer inputs and output');
    return undefined;
  };

  const enter = (value: Value) => {
    const chosen = demanded.has(value) && !parameters.has(value) ? ofValue(value) : undefined;
    if (chosen) parameters.set(value, chosen);
  };
  graph.inputs.forEach(enter);
  const report = graph.nodes.map((node): NodeReport => {
    const replaced = folded.has(node);
    if (replaced && parameters.has(node.inputs[0]!))
      parameters.set(node.outputs[0]!, parameters.get(node.inputs[0]!)!);
    const reason = replaced ? undefined : visit(node);
    for (const output of node.outputs) if (output) enter(output);
    return { node: nameOf(node), opType: node.opType, converted: !reason, note: reason ?? notes.get(node)! };
  });
  return { parameters, weighted, constants, folded, report };
}

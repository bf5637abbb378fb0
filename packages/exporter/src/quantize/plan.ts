import type { Graph, Model, Node, Value } from '@trainyard/onnx-ir';
import { floatsOf } from './constants.ts';
import type { Ranges, StaticOptions } from './options.ts';
import { chooseParameters, type QuantParameters, type Range, saturatesLike } from './parameters.ts';
import { allFinite, rangeOf } from './range.ts';
import { isListed, type NodeReport, nameOf } from './report.ts';
import { clampOf, isPassThrough, type JoinRule, joinRuleOf, weightedRuleOf } from './rules.ts';
import { selectWeighted } from './select-weighted.ts';

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

/** What becomes of a node, in words. */
type Verdict = readonly [converted: boolean, note: string];

/** Goes through the nodes of a graph in order and decides about each. */
class StaticPlanner {
  readonly parameters = new Map<Value, QuantParameters>();
  readonly constants = new Map<Value, QuantParameters>();
  readonly folded = new Map<Node, Verdict>();
  readonly weighted: ReadonlySet<Node>;
  readonly #refused: ReadonlyMap<Node, string>;
  /** What nodes with weights read: it must be integers. */
  readonly #demanded: ReadonlySet<Value>;
  readonly #own: ReadonlySet<Node>;
  readonly #graph: Graph;
  readonly #ranges: Ranges;
  readonly #options: StaticOptions;

  constructor(graph: Graph, ranges: Ranges, options: StaticOptions) {
    this.#graph = graph;
    this.#ranges = ranges;
    this.#options = options;
    this.#own = new Set(graph.nodes);
    const { weighted, refused } = selectWeighted(graph, ranges, options);
    this.weighted = weighted;
    this.#refused = refused;
    this.#demanded = new Set([...weighted].map((node) => node.inputs[0]!));
  }

  /** A value that comes from float becomes integers where nodes with weights read it. */
  enter(value: Value): void {
    const chosen = this.#demanded.has(value) && !this.parameters.has(value) && this.#ofValue(value);
    if (chosen) this.parameters.set(value, chosen);
  }

  visit(node: Node): Verdict {
    const foldedAs = this.folded.get(node);
    if (foldedAs) {
      this.parameters.set(node.outputs[0]!, this.parameters.get(node.inputs[0]!)!);
      return foldedAs;
    }
    if (this.#isExcluded(node)) return [false, 'excluded'];
    if (this.weighted.has(node)) return this.#visitWeighted(node);
    const refusal = this.#refused.get(node);
    if (refusal) return [false, refusal];
    const join = joinRuleOf(node);
    if (join) return this.#visitJoin(node, join);
    const moves = isPassThrough(node);
    if (!moves && !clampOf(node, this.#graph)) return [false, 'no integer form known'];
    const given = node.inputs[0] && this.parameters.get(node.inputs[0]);
    if (!given) return [false, 'its input is float'];
    if (!moves) return this.#quantizeOutput(node, 'float between integers');
    this.parameters.set(node.outputs[0]!, given);
    return [true, "in its input's scale"];
  }

  #visitWeighted(node: Node): Verdict {
    const needsOutput = weightedRuleOf(node)!.integerOutput || this.#isWanted(node.outputs[0]!);
    if (!needsOutput) return [true, 'integer input, weights'];
    return this.#quantizeOutput(node, 'integer input, weights, output');
  }

  #visitJoin(node: Node, rule: JoinRule): Verdict {
    const inputs = node.inputs.filter((value) => value !== undefined);
    const known = (value: Value) => this.parameters.has(value);
    const constant = (value: Value) => {
      const data = rule.constants ? floatsOf(value, this.#graph) : undefined;
      return data && allFinite(data) ? data : undefined;
    };
    const float = inputs.find((value) => !known(value) && !constant(value));
    if (float) return [false, `its input "${float.name}" is float`];
    if (!inputs.some(known)) return [false, 'its inputs are constant'];
    const refusal = rule.refuse?.(node);
    if (refusal) return [false, refusal];
    const verdict = this.#quantizeOutput(node, 'integer inputs and output');
    if (verdict[0])
      for (const value of inputs)
        if (!known(value)) this.constants.set(value, this.#choose(rangeOf(constant(value)!)));
    return verdict;
  }

  /** Makes the output of a node that computes on integers an integer too. */
  #quantizeOutput(node: Node, note: string): Verdict {
    const output = node.outputs[0]!;
    const clamp = this.#clampBehind(output);
    const chosen = clamp?.parameters ?? this.#ofValue(output);
    if (!chosen) return [false, `calibration has no range for "${output.name}"`];
    this.parameters.set(output, chosen);
    if (clamp) this.folded.set(clamp.node, [true, `folded into the range of "${nameOf(node)}"`]);
    return [true, note];
  }

  /** The clamp behind `value`, perhaps behind operators that move it, if saturation in its range does the same. */
  #clampBehind(value: Value): { node: Node; parameters: QuantParameters } | undefined {
    const [use, ...others] = value.uses;
    if (!use || others.length > 0 || use.index !== 0 || this.#graph.outputs.includes(value)) return undefined;
    const { node } = use;
    const [output] = node.outputs;
    if (!this.#own.has(node) || !output || this.#isExcluded(node)) return undefined;
    if (isPassThrough(node)) return this.#clampBehind(output);
    const clamp = clampOf(node, this.#graph);
    const chosen = clamp && this.#ofValue(output);
    return chosen && saturatesLike(clamp, chosen) ? { node, parameters: chosen } : undefined;
  }

  /** Whether somebody computes on integers of `value`, straight or behind operators that move it or are folded. */
  #isWanted(value: Value): boolean {
    if (this.#demanded.has(value)) return true;
    return [...value.uses].some(({ node, index }) => {
      const [output] = node.outputs;
      if (index !== 0 || !output || this.#isExcluded(node)) return false;
      return (isPassThrough(node) || this.#clampBehind(value)?.node === node) && this.#isWanted(output);
    });
  }

  #isExcluded(node: Node): boolean {
    return isListed(node, this.#options.exclude ?? []);
  }

  #ofValue({ name }: Value): QuantParameters | undefined {
    const range = this.#ranges.get(name);
    return range && this.#choose(range);
  }

  #choose(range: Range): QuantParameters {
    const { activations: dtype = 'uint8', symmetric = false } = this.#options;
    return chooseParameters(range, { dtype, symmetric });
  }
}

/** Decides which values and nodes of `model` become integers. Changes nothing. */
export function planStatic({ graph }: Model, ranges: Ranges, options: StaticOptions): Plan {
  const planner = new StaticPlanner(graph, ranges, options);
  for (const value of graph.inputs) planner.enter(value);
  const report = graph.nodes.map((node): NodeReport => {
    const [converted, note] = planner.visit(node);
    for (const output of node.outputs) if (output) planner.enter(output);
    return { node: nameOf(node), opType: node.opType, converted, note };
  });
  const { parameters, weighted, constants, folded } = planner;
  return { parameters, weighted, constants, folded: new Set(folded.keys()), report };
}

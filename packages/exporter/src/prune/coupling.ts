import type { InferInput } from '@trainyard/autograd';
import { isOnnx, operatorOf, opsetOf } from '@trainyard/autograd/passes';
import type { Graph, Model, Node, Value } from '@trainyard/onnx-ir';
import type { ShapeOptions } from '../analyze/concrete-inputs.ts';
import { inferGraph } from '../analyze/infer-graph.ts';
import { Atoms, type Axis, type Layout } from './atoms.ts';
import type { Cut } from './cut.ts';

/** Where channels come from: an axis of a constant along which every index makes one channel of the result. */
export interface Producer {
  readonly node: Node;
  readonly axis: Axis;
}

/** What a node needs beyond smaller constants once channels are gone, such as another `group` or target shape. */
export type Fixup = (cut: Cut) => void;

/** What a rule says about a node goes through here. */
export interface RuleContext {
  readonly opset: number;
  readonly atoms: Atoms;
  /** The atoms of each axis of a value; no axes where nothing is known of it. */
  layout(value: Value | undefined): Layout;
  /** The sizes of a value in the unpruned model. */
  shape(value: Value | undefined): readonly number[];
  /** The elements of a small constant, computed or given. */
  elements(value: Value | undefined): readonly number[] | undefined;
  setLayout(value: Value | undefined, layout: Layout): void;
  /** Ties axes together, index by index; where one of them can't change its size, none may. */
  tie(axes: readonly (Axis | undefined)[], reason: string): Axis | undefined;
  freeze(axes: readonly (Axis | undefined)[], reason: string): void;
  produce(node: Node, axis: Axis | undefined): void;
  /** A batch-norm scale, by whose size channels may be ranked. */
  scale(axis: Axis | undefined): void;
  fixup(fn: Fixup): void;
}

/** How the axes of a node's inputs and outputs depend on each other. */
export type Rule = (node: Node, context: RuleContext) => void;

export interface Coupling {
  readonly atoms: Atoms;
  readonly layouts: ReadonlyMap<Value, Layout>;
  readonly producers: readonly Producer[];
  readonly scales: readonly Axis[];
  readonly fixups: readonly Fixup[];
}

/**
 * Finds which indices of which tensors must be cut together, by walking the graph once with one rule an operator:
 * the dependency groups of DepGraph (Fang et al. 2023, arXiv:2301.12900), found index by index, so that concatenated
 * and flattened channels need no offsets. What has no rule, and what the outputs depend on, is frozen.
 */
export function coupleChannels(
  model: Model,
  rules: ReadonlyMap<string, Rule>,
  options: ShapeOptions,
): Coupling {
  const { graph } = model;
  const { types, unknown } = inferGraph(graph, options);
  const context = new Context(graph, types, opsetOf(model));
  for (const node of graph.nodes) {
    if (isShapeArithmetic(node, types)) continue;
    const rule = isOnnx(node) ? rules.get(node.opType) : undefined;
    const known = node.outputs.every((output) => !output || types.has(output));
    if (rule && known) rule(node, context);
    else context.refuse(node, rule ? (unknown.get(node) ?? 'its result has no known shape') : undefined);
  }
  for (const output of graph.outputs)
    context.freeze(context.layout(output), `an output of the model, "${output.name}", depends on it`);
  freezeCaptured(graph, context);
  return context;
}

/** Nodes that compute with shapes: their results are numbers we know, and what they become is seen to by fixups. */
const isShapeArithmetic = (node: Node, types: ReadonlyMap<Value, InferInput>): boolean =>
  node.outputs.every((output) => {
    const type = output && types.get(output);
    return !output || (type?.known !== undefined && type.dtype === 'int64');
  });

class Context implements RuleContext, Coupling {
  readonly atoms = new Atoms();
  readonly layouts = new Map<Value, Layout>();
  readonly producers: Producer[] = [];
  readonly scales: Axis[] = [];
  readonly fixups: Fixup[] = [];
  readonly opset: number;
  readonly #types: ReadonlyMap<Value, InferInput>;
  readonly #constants: ReadonlySet<Value>;

  constructor(graph: Graph, types: ReadonlyMap<Value, InferInput>, opset: number) {
    this.opset = opset;
    this.#types = types;
    this.#constants = new Set(graph.initializers);
  }

  layout(value: Value | undefined): Layout {
    if (!value) return [];
    const known = this.layouts.get(value);
    if (known) return known;
    const isConstant = value.data && this.#constants.has(value);
    const layout = isConstant
      ? value.data!.dims.map((size) => this.atoms.fresh(size))
      : this.shape(value).map(() => undefined);
    this.layouts.set(value, layout);
    return layout;
  }

  shape(value: Value | undefined): readonly number[] {
    return ((value && this.#types.get(value)?.shape) ?? []) as readonly number[];
  }

  elements(value: Value | undefined): readonly number[] | undefined {
    return value && this.#types.get(value)?.known?.toArray();
  }

  setLayout(value: Value | undefined, layout: Layout): void {
    if (value) this.layouts.set(value, layout);
  }

  tie(axes: readonly (Axis | undefined)[], reason: string): Axis | undefined {
    const [first, ...rest] = axes.filter((axis) => axis !== undefined);
    if (!first) return undefined;
    if (rest.length + 1 < axes.length || rest.some((axis) => axis.length !== first.length)) {
      this.freeze(axes, reason);
      return undefined;
    }
    for (const axis of rest) this.atoms.tie(first, axis);
    return first;
  }

  freeze(axes: readonly (Axis | undefined)[], reason: string): void {
    for (const axis of axes) if (axis) this.atoms.freeze(axis, reason);
  }

  produce(node: Node, axis: Axis | undefined): void {
    if (axis) this.producers.push({ node, axis });
  }

  scale(axis: Axis | undefined): void {
    if (axis) this.scales.push(axis);
  }

  fixup(fn: Fixup): void {
    this.fixups.push(fn);
  }

  refuse(node: Node, why = `no rule for ${operatorOf(node)}`): void {
    for (const input of node.inputs) this.freeze(this.layout(input), `node "${node.name}" reads it: ${why}`);
    for (const output of node.outputs)
      if (output)
        this.setLayout(
          output,
          this.shape(output).map(() => undefined),
        );
  }
}

/** Values that the bodies of If, Loop and Scan read from outside keep their sizes. */
function freezeCaptured(graph: Graph, context: Context): void {
  const own = new Set(graph.nodes);
  for (const value of graph.values())
    for (const { node } of value.uses)
      if (!own.has(node)) context.freeze(context.layout(value), `a sub-graph reads "${value.name}"`);
}

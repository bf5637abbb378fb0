import type { Graph, Model, Node, Value } from '@trainyard/onnx-ir';
import { applyNode } from '../../interpret.ts';
import { Identity } from '../../ops/index.ts';
import { opOf } from '../../registry.ts';
import { noGrad } from '../../tape.ts';
import { type Tensor, tensorOfData } from '../../tensor.ts';
import { trace } from '../../trace.ts';
import { scope, type TraceOptions } from '../../tracer.ts';
import type { TensorType } from '../../types.ts';
import { Outcome, type Pass } from '../pass.ts';

/** The tensors that stand for what a node read in the old graph. */
export type Read = (value: Value | undefined) => Tensor;
/** What a node becomes, written in operators; one tensor for each of its outputs. */
export type Replacement = (read: Read) => readonly Tensor[];

/**
 * A rewrite of a traced graph whose nodes are our operators, before they are lowered. It looks at the graph, and says
 * in operators what some of the nodes become. Nodes that nothing reads any more go later.
 */
export interface RewriteRule {
  readonly name: string;
  plan(graph: Graph, outcome: Outcome): ReadonlyMap<Node, Replacement>;
}

/** Why a graph cannot be traced again, or undefined where it can. */
export function untraceable({ graph }: Model): string | undefined {
  if (graph.inputs.some((input) => !input.type?.shape)) return 'an input has no shape';
  const unknown = graph.nodes.find((node) => !opOf(node));
  return unknown && `node "${unknown.name}" (${unknown.opType}) is none of our operators`;
}

/** A pass that traces the graph again, with what the rule says in the places of some nodes. */
export const rewritePass = ({ name, plan }: RewriteRule): Pass => ({
  name,
  requires: untraceable,
  run({ graph }) {
    const outcome = new Outcome();
    const replacements = plan(graph, outcome);
    if (replacements.size > 0) retrace(graph, replacements, { lower: false });
    outcome.changed = replacements.size;
    return outcome;
  },
});

/** Traces `graph` again, in place; inputs, outputs, constants and scopes keep their names. */
export function retrace(
  graph: Graph,
  replacements: ReadonlyMap<Node, Replacement>,
  options: TraceOptions,
): void {
  const constants = new Map<Value, Tensor>();
  const names = new Map<Tensor, string>();
  for (const value of graph.initializers)
    if (value.data) {
      const tensor = tensorOfData(value.data);
      constants.set(value, tensor);
      names.set(tensor, value.name);
    }
  const types = Object.fromEntries(graph.inputs.map(({ name, type }) => [name, type as TensorType]));
  const fn = (inputs: Readonly<Record<string, Tensor>>) => {
    const tensors = new Map(constants);
    for (const value of graph.inputs) tensors.set(value, inputs[value.name]);
    const read: Read = (value) => tensors.get(value as Value) as Tensor;
    for (const node of graph.nodes) {
      const results =
        node.opType === Identity.type
          ? [read(node.inputs[0])]
          : scoped(node, () => replacements.get(node)?.(read) ?? applyNode(node, node.inputs.map(read)));
      for (const [i, output] of node.outputs.entries()) if (output) tensors.set(output, results[i]);
    }
    return Object.fromEntries(graph.outputs.map((output) => [output.name, read(output)]));
  };
  const traced = noGrad(() => trace(fn, types, { name: graph.name, names, ...options })).graph;
  graph.remove(graph.nodes);
  graph.insert(traced.nodes);
  graph.inputs.splice(0, graph.inputs.length, ...traced.inputs);
  graph.outputs.splice(0, graph.outputs.length, ...traced.outputs);
  graph.initializers.splice(0, graph.initializers.length, ...traced.initializers);
}

/** Nodes that a node becomes belong to the module that it came from. */
function scoped<T>(node: Node, fn: () => T): T {
  const end = node.name.lastIndexOf('/');
  return end > 0 ? scope(node.name.slice(0, end), fn) : fn();
}

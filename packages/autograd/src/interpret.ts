import type { Graph, Node, Value } from '@trainyard/onnx-ir';
import { fromOnnxAttributes } from './attributes.ts';
import { InputError } from './errors.ts';
import { opOf } from './registry.ts';
import { type Tensor, tensorOfData } from './tensor.ts';
import type { Tensors } from './trace.ts';
import type { TensorType } from './types.ts';

/** Applies the operator of a node. @throws InputError when we do not know it, or its inputs do not fit */
export function applyNode(node: Node, inputs: readonly (Tensor | undefined)[]): Tensor[] {
  const op = opOf(node);
  if (!op)
    throw new InputError(`node "${node.name}"`, 'an operator we know', `${node.domain}:${node.opType}`);
  return op.call(inputs, fromOnnxAttributes(node.opType, op.rules, node.attributes));
}

/** Floating-point operations of a node on inputs and outputs of these types; undefined where they are not counted. */
export function nodeFlops(
  node: Node,
  inputs: readonly (TensorType | undefined)[],
  outputs: readonly (TensorType | undefined)[],
): number | undefined {
  const op = opOf(node);
  return op?.definition.flops?.(
    inputs as TensorType[],
    fromOnnxAttributes(node.opType, op.rules, node.attributes),
    outputs as TensorType[],
  );
}

/**
 * Runs a graph, ours or imported, on tensors through our operators: so it can be evaluated without ONNX Runtime,
 * differentiated, and traced again.
 * @throws InputError when an input is missing or an operator is unknown
 */
export function interpret(graph: Graph, inputs: Tensors): Tensors {
  const steps = interpretSteps(graph, inputs);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/**
 * `interpret`, node by node: gives each with its results once it has run.
 * @returns the outputs of the graph
 * @throws InputError when an input is missing or an operator is unknown
 */
export function* interpretSteps(
  graph: Graph,
  inputs: Tensors,
): Generator<{ readonly node: Node; readonly results: readonly Tensor[] }, Tensors> {
  const tensors = new Map<Value, Tensor>();
  for (const value of graph.initializers) if (value.data) tensors.set(value, tensorOfData(value.data));
  for (const value of graph.inputs) {
    const given = inputs[value.name] ?? tensors.get(value);
    if (!given)
      throw new InputError('interpret', `an input "${value.name}"`, `inputs ${Object.keys(inputs)}`);
    tensors.set(value, given);
  }
  for (const node of graph.nodes) {
    const results = applyNode(
      node,
      node.inputs.map((input) => input && tensors.get(input)),
    );
    node.outputs.forEach((output, i) => {
      if (output) tensors.set(output, results[i]);
    });
    yield { node, results };
  }
  return Object.fromEntries(graph.outputs.map((output) => [output.name, tensors.get(output)!]));
}

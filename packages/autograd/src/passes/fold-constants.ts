import { type Graph, type Model, type Node, TensorData, type Value } from '@trainyard/onnx-ir';
import { constantOf } from '../analyze/constants.ts';
import { intOf } from '../analyze/node-attributes.ts';
import { opsetOf } from '../analyze/operators.ts';
import { fromOnnxAttributes } from '../attributes.ts';
import { applyNode } from '../interpret.ts';
import { opOf } from '../registry.ts';
import { type Tensor, tensorOfData } from '../tensor.ts';
import { isConcrete, sizeOf } from '../types.ts';
import { fixedData, inputsOf } from './constants.ts';
import { graphsOf, Outcome, type Pass } from './pass.ts';

/** What one run may spend, as a small file can ask for a lot: elements of one result and of all, and operations. */
const maxElements = 2 ** 20;
const maxTotalElements = 2 ** 24;
const maxFlops = 2 ** 30;

/** Results of more elements than this stay computed where they are larger than what they come from. */
const freeElements = 4096;

/** From here on the operators have the meaning that ours have. */
const oldestOpset = 13;

/** Folding these would undo what they are there for. */
const keptForRuntime = new Set(['QuantizeLinear', 'DequantizeLinear']);

/**
 * Computes what depends on constants alone, by our own operators, and `Shape` of values whose sizes are all known.
 * `Constant` nodes become initializers. Values that are outputs of a graph stay with their nodes.
 */
export const foldConstants: Pass = {
  name: 'foldConstants',
  requires(model) {
    const opset = opsetOf(model);
    return opset < oldestOpset ? `opset ${opset} is older than ${oldestOpset}` : undefined;
  },
  run(model: Model) {
    const outcome = new Outcome();
    const graphs = graphsOf(model);
    const budget: Budget = { elements: maxTotalElements, flops: maxFlops };
    const inputs = inputsOf(graphs);
    for (const graph of graphs) foldGraph(graph, inputs, outcome, budget);
    return outcome;
  },
};

/** What is left to spend. */
interface Budget {
  elements: number;
  flops: number;
}

function foldGraph(graph: Graph, inputs: ReadonlySet<Value>, outcome: Outcome, budget: Budget): void {
  const folded: Node[] = [];
  for (const node of graph.nodes) {
    const results = fold(node, graph, inputs, budget);
    if (results === undefined) continue;
    if (typeof results === 'string') {
      outcome.refuse(node, results);
      continue;
    }
    for (const [i, value] of node.outputs.entries()) if (value) becomeConstant(graph, value, results[i]);
    folded.push(node);
  }
  graph.remove(folded);
  outcome.changed += folded.length;
}

function becomeConstant(graph: Graph, value: Value, data: TensorData): void {
  value.producer = undefined;
  value.data = data;
  value.type = { dtype: data.dtype, shape: data.dims };
  graph.initializers.push(value);
}

/** What a node computes; undefined where that is not constant, and a text where it is but cannot be computed here. */
function fold(
  node: Node,
  graph: Graph,
  inputs: ReadonlySet<Value>,
  budget: Budget,
): TensorData[] | string | undefined {
  const isConstant = node.opType === 'Constant' && node.domain === '';
  const constants = node.inputs.map((input) => fixedData(input, inputs));
  const shape = shapeOf(node);
  const isFoldable = node.inputs.length > 0 && node.inputs.every((input, i) => !input || constants[i]);
  if (!isConstant && !shape && !isFoldable) return undefined;
  if (keptForRuntime.has(node.opType)) return undefined;
  if (node.outputs.some((output) => output && graph.outputs.includes(output)))
    return 'its result is an output of the graph';
  if (shape) return [shape];
  if (isConstant) {
    const data = constantOf(node);
    return data ? [data] : 'a sparse or text constant';
  }
  return compute(node, constants, budget);
}

/** The result of a `Shape` node, where the sizes that it asks for are numbers. */
function shapeOf(node: Node): TensorData | undefined {
  const shape = node.opType === 'Shape' && node.domain === '' ? node.inputs[0]?.type?.shape : undefined;
  if (!shape) return undefined;
  const sizes = shape.slice(intOf(node, 'start', 0), intOf(node, 'end', shape.length));
  if (!sizes.every((size) => typeof size === 'number')) return undefined;
  return TensorData.from('int64', [sizes.length], BigInt64Array.from(sizes, BigInt));
}

function compute(
  node: Node,
  constants: readonly (TensorData | undefined)[],
  budget: Budget,
): TensorData[] | string {
  const op = opOf(node);
  if (!op) return 'all its inputs are constant, but we do not know the operator';
  try {
    const inputs = constants.map((data) => data && tensorOfData(data));
    const attributes = fromOnnxAttributes(node.opType, op.rules, node.attributes) as never;
    const types = op.definition.infer(inputs as Tensor[], attributes);
    const size = types.reduce((sum, { shape }) => sum + (isConcrete(shape) ? sizeOf(shape) : Infinity), 0);
    const read = constants.reduce((sum, data) => sum + (data?.size ?? 0), 0);
    if (size > maxElements) return `its result has more than ${maxElements} elements`;
    if (size > freeElements && size > read) return 'its result is larger than what it is computed from';
    const flops = op.definition.flops?.(inputs as Tensor[], attributes, types) ?? 0;
    if (size > budget.elements || flops > budget.flops) return 'the constants before it used up the budget';
    budget.elements -= size;
    budget.flops -= flops;
    return applyNode(node, inputs).map(dataOf);
  } catch (error) {
    return (error as Error).message;
  }
}

const dataOf = (x: Tensor): TensorData => TensorData.from(x.dtype, x.sizes, x.data);

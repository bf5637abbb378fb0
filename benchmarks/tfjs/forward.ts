import * as tf from '@tensorflow/tfjs';
import { fromOnnxAttributes, Generator, opOf, type Tensor, tensorOfData, trace } from '@trainyard/autograd';
import { bufferValues, type Module, parameterValues, withState } from '@trainyard/trainer';
import { depthwiseWindowFirst, type Held, plain, windowFirst } from './held.ts';
import { type Attributes, tfOperators } from './operators.ts';

export interface TracedForward {
  /** How TensorFlow had best hold a parameter: the axes of its own order. */
  axesOf(name: string): readonly number[];
  /** Runs the graph on `images`, parameters and buffers by their names; gives `logits` and the buffers afterwards. */
  run(inputs: ReadonlyMap<string, Held>): ReadonlyMap<string, Held>;
}

type Graph = ReturnType<typeof trace>['graph'];
type Node = Graph['nodes'][number];
type Value = Graph['inputs'][number];

/**
 * The forward pass of any of our networks in TensorFlow.js, while training: our traced graph, run operator by operator.
 * @throws when it draws random masks
 */
export function tracedForward(network: Module, images: Tensor): TracedForward {
  const state = { ...parameterValues(network), ...bufferValues(network) };
  const { graph, hostInputs, outputNames } = trace(
    ({ images: pictures, ...values }) => {
      const context = { training: true, generator: new Generator(1) };
      const [logits, after] = withState(network, values, () => network.forward(pictures, context));
      return { ...after, logits };
    },
    { images, ...state },
    { lower: false },
  );
  if (hostInputs.length > 0) throw new Error('TensorFlow.js draws other masks; leave out dropout');
  const inputs = new Map(graph.inputs.map((value) => [value.name, value]));
  return { axesOf: (name) => axesOf(inputs.get(name)!), run: (given) => run(graph, outputNames, given) };
}

/** Weights of convolutions are held as these read them. */
function axesOf(value: Value): readonly number[] {
  const inOrder = (value.type?.shape ?? []).map((_, i) => i);
  const [use] = value.uses;
  if (use?.node.opType !== 'Conv' || use.index !== 1) return inOrder;
  const { group } = attributesOf(use.node);
  return group === 1 ? windowFirst : depthwiseWindowFirst;
}

const attributesOf = (node: Node) =>
  fromOnnxAttributes(node.opType, opOf(node)!.rules, node.attributes) as unknown as Attributes;

function constantOf(value: Value): Held {
  const content = tensorOfData(value.data!);
  const elements = content.toArray();
  return { ...plain(tf.tensor(elements, [...content.sizes])), constant: elements };
}

function run(
  graph: Graph,
  outputNames: ReadonlyMap<string, string>,
  given: ReadonlyMap<string, Held>,
): ReadonlyMap<string, Held> {
  const held = new Map<Value, Held>(graph.initializers.map((value) => [value, constantOf(value)]));
  for (const value of graph.inputs) held.set(value, given.get(value.name)!);
  for (const node of graph.nodes) {
    const operator = tfOperators[node.opType];
    if (!operator) throw new Error(`${node.opType} is not written for TensorFlow.js`);
    const inputs = node.inputs.map((value) => held.get(value!)!);
    const shapes = node.outputs.map((value) => value!.type!.shape as readonly number[]);
    operator(inputs, attributesOf(node), shapes).forEach((result, i) => {
      held.set(node.outputs[i]!, result);
    });
  }
  const byName = new Map(graph.outputs.map((value) => [value.name, held.get(value)!]));
  return new Map([...outputNames].map(([name, inGraph]) => [name, byName.get(inGraph)!]));
}

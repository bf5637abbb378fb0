import { formatType, InputError, interpret, opOf, type Tensor, tensorOfData } from '@trainyard/autograd';
import { liftConstants, operatorOf } from '@trainyard/autograd/passes';
import { cloneGraph, cloneModel, type Graph, type Model, TensorData, type Value } from '@trainyard/onnx-ir';
import { Module, Parameter } from '@trainyard/trainer';
import { fedInputs } from '../analyze/concrete-inputs.ts';
import { trainableInitializers } from './trainable.ts';

/** Any ONNX model whose operators we know, as a module: its weights are parameters under their ONNX names. */
export class GraphModule extends Module {
  readonly #graph: Graph;
  readonly #input: Value;
  readonly #weights: ReadonlyMap<string, Parameter>;

  /** @param graph is kept and must not change; see `importNetwork` */
  constructor(graph: Graph, input: Value, weights: ReadonlyMap<string, Parameter>) {
    super();
    this.#graph = graph;
    this.#input = input;
    this.#weights = weights;
    // Parameters are found as the fields of a module.
    for (const [name, parameter] of weights)
      Object.defineProperty(this, name, { value: parameter, enumerable: true });
  }

  /** The first output of the model for its only input. Normalization uses the statistics of the model, in training too. */
  forward(x: Tensor): Tensor {
    const state = [...this.#weights].map(([name, { value }]) => [name, value] as const);
    const outputs = interpret(this.#graph, { ...Object.fromEntries(state), [this.#input.name]: x });
    return outputs[this.#graph.outputs[0]!.name]!;
  }
}

/**
 * A model, ours or another framework's, as a network that can be evaluated, trained further and exported again.
 * Its weights and biases become parameters under their ONNX names; running statistics, preprocessing constants, shapes
 * and scales of quantization stay constants.
 * @throws InputError when an operator is unknown to us, or the model has another number of inputs than one
 */
export function importNetwork(model: Model): GraphModule {
  const graph = cloneGraph(model.graph);
  liftConstants(graph);
  const unknown = graph.nodes.find((node) => !opOf(node));
  if (unknown)
    throw new InputError(
      'importNetwork',
      'operators we know',
      `${operatorOf(unknown)} at node "${unknown.name}"`,
    );
  const [input, ...others] = fedInputs(graph);
  if (!input || others.length > 0)
    throw new InputError('importNetwork', 'a model with one input', `${others.length + (input ? 1 : 0)}`);
  const weights = new Map<string, Parameter>();
  for (const value of trainableInitializers(graph)) {
    if (value.name in Module.prototype)
      throw new InputError('importNetwork', 'a weight with a name of its own', value.name, 'rename it');
    weights.set(value.name, new Parameter(tensorOfData(value.data!)));
    // An input with elements is one that may be given: so the weights of each call are those of the parameters.
    if (!graph.inputs.includes(value)) graph.inputs.push(value);
  }
  return new GraphModule(graph, input, weights);
}

/**
 * A copy of a model with the weights of the network that was imported from it.
 * @throws InputError when the network has a parameter that is not an initializer of the model, or of another shape
 */
export function withWeights(model: Model, network: Module): Model {
  const copy = cloneModel(model);
  liftConstants(copy.graph);
  const initializers = new Map(copy.graph.initializers.map((value) => [value.name, value]));
  for (const [name, { value }] of network.namedParameters()) {
    const initializer = initializers.get(name);
    const { dtype, dims } = initializer?.data ?? { dtype: 'nothing', dims: [] };
    if (!initializer || dtype !== value.dtype || dims.join() !== value.shape.join())
      throw new InputError('withWeights', `${name} as ${formatType(value)}`, `${dtype}[${dims.join(', ')}]`);
    initializer.data = TensorData.from(value.dtype, dims, value.data.slice());
  }
  return copy;
}

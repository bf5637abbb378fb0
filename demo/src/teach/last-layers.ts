import { InputError, type Tensor } from '@trainyard/autograd';
import type { GraphModule } from '@trainyard/exporter/portable';
import type { Graph, Node, Value } from '@trainyard/onnx-ir';
import { Module } from '@trainyard/trainer';

/** Operators with weights that a layer is made of. */
const layers = new Set(['Conv', 'Gemm', 'MatMul']);

/** The names of the weights and biases of the last layers of a graph, from its output backwards. */
export function parametersOfLast(graph: Graph, count: number): string[] {
  const names: string[] = [];
  let left = count;
  let value: Value | undefined = graph.outputs[0];
  while (value?.producer && left > 0) {
    const node: Node = value.producer;
    names.push(...node.inputs.flatMap((input) => (input?.data?.dtype === 'float32' ? [input.name] : [])));
    if (layers.has(node.opType)) left--;
    value = node.inputs.find((input): input is Value => input !== undefined && !input.data);
  }
  return names;
}

/** A network of which only some parameters are trained: the others are constants in the training step. */
export class LastLayers extends Module {
  readonly #network: GraphModule;

  /** @throws InputError when the network has no parameter of one of the names */
  constructor(network: GraphModule, names: readonly string[]) {
    super();
    this.#network = network;
    const parameters = network.namedParameters();
    for (const name of names) {
      const value = parameters.get(name);
      if (!value) throw new InputError('LastLayers', `one of ${[...parameters.keys()].join(', ')}`, name);
      // Parameters are found as the fields of a module.
      Object.defineProperty(this, name, { value, enumerable: true });
    }
  }

  forward(x: Tensor): Tensor {
    return this.#network.forward(x);
  }
}

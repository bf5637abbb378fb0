import type { Attribute } from '../src/attribute.ts';
import type { Graph, Model, Node, Value } from '../src/graph.ts';

/** Everything a model says, as plain data to compare; values by their names. */
export const describeModel = (model: Model) => ({
  ...model,
  graph: describeGraph(model.graph),
  functions: model.functions.map((definition) => ({
    ...definition,
    attributeDefaults: [...(definition.attributeDefaults ?? [])].map(([name, attribute]) => [
      name,
      describeAttribute(attribute),
    ]),
    body: describeGraph(definition.body),
  })),
});

const nameOf = (value: Value | undefined): string | undefined => value?.name;

const describeGraph = (graph: Graph): unknown => ({
  ...graph,
  inputs: graph.inputs.map(nameOf),
  outputs: graph.outputs.map(nameOf),
  initializers: graph.initializers.map(nameOf),
  values: [...graph.values()].map(describeValue),
  nodes: graph.nodes.map(describeNode),
  quantizationAnnotations: graph.quantizationAnnotations.map(({ value, parameters }) => [
    value.name,
    [...parameters].map(([key, parameter]) => [key, parameter.name]),
  ]),
});

const describeValue = ({ producer, uses, data, sparse, ...rest }: Value) => ({
  ...rest,
  data: describeData(data),
  sparse: describeData(sparse),
  producer: producer?.name,
  uses: [...uses].map(({ node, index }) => `${node.name}[${index}]`).sort(),
});

const describeNode = (node: Node) => ({
  ...node,
  inputs: node.inputs.map(nameOf),
  outputs: node.outputs.map(nameOf),
  attributes: [...node.attributes].map(([name, attribute]) => [name, describeAttribute(attribute)]),
});

function describeAttribute(attribute: Attribute): unknown {
  if (attribute.kind === 'graph') return { kind: 'graph', value: describeGraph(attribute.value) };
  if (attribute.kind === 'graphs') return { kind: 'graphs', value: attribute.value.map(describeGraph) };
  return attribute.kind === 'ref'
    ? attribute
    : { kind: attribute.kind, value: describeData(attribute.value) };
}

/** Tensors with their bytes, wherever they are. */
function describeData(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(describeData);
  if (value instanceof Uint8Array) return [...value];
  if (typeof value !== 'object' || value === null) return value;
  if ('bytes' in value && 'dims' in value) return { ...pick(value), bytes: [...(value.bytes as Uint8Array)] };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, describeData(inner)]));
}

const pick = (tensor: { dims?: unknown; dtype?: unknown; strings?: readonly Uint8Array[] }) => ({
  dims: tensor.dims,
  dtype: tensor.dtype,
  strings: tensor.strings?.map((bytes) => [...bytes]),
});

import type { Attribute } from './attribute.ts';
import { type FunctionDefinition, Graph, type Model, Node, Value } from './graph.ts';

/** A model that shares no graph, node or value with `model`; the elements of tensors are shared, as nothing changes them. */
export const cloneModel = (model: Model): Model => ({
  ...model,
  opsetImports: new Map(model.opsetImports),
  metadata: new Map(model.metadata),
  functions: model.functions.map(cloneFunction),
  graph: cloneGraph(model.graph),
});

const cloneFunction = (definition: FunctionDefinition): FunctionDefinition => ({
  ...definition,
  body: cloneGraph(definition.body),
});

/** A copy of a graph, sub-graphs included. Values of graphs around it stay the same values. */
export function cloneGraph(graph: Graph): Graph {
  return copyGraph(graph, new Map());
}

function copyGraph(graph: Graph, copies: Map<Value, Value>): Graph {
  const copy = new Graph(graph.name);
  copy.docString = graph.docString;
  copy.extra = graph.extra;
  for (const [key, value] of graph.metadata) copy.metadata.set(key, value);
  for (const value of graph.values()) copies.set(value, copyValue(value));
  const of = (value: Value): Value => copies.get(value) ?? value;
  copy.inputs.push(...graph.inputs.map(of));
  copy.initializers.push(...graph.initializers.map(of));
  copy.nodes = graph.nodes.map((node) => copyNode(node, of, copies));
  copy.outputs.push(...graph.outputs.map(of));
  for (const { value, parameters } of graph.quantizationAnnotations) {
    const entries = [...parameters].map(([key, parameter]) => [key, of(parameter)] as const);
    copy.quantizationAnnotations.push({ value: of(value), parameters: new Map(entries) });
  }
  return copy;
}

function copyValue(value: Value): Value {
  const copy = new Value(value.name, value.type, value.data);
  copy.sparse = value.sparse;
  copy.opaqueType = value.opaqueType;
  copy.docString = value.docString;
  copy.extra = value.extra;
  for (const [key, text] of value.metadata) copy.metadata.set(key, text);
  return copy;
}

function copyNode(node: Node, of: (value: Value) => Value, copies: Map<Value, Value>): Node {
  const attributes = [...node.attributes].map(
    ([name, attribute]) => [name, copyAttribute(attribute, copies)] as const,
  );
  const copy = new Node(
    node.opType,
    node.inputs.map((value) => value && of(value)),
    node.outputs.map((value) => value && of(value)),
    { ...node, attributes: new Map(attributes) },
  );
  copy.extra = node.extra;
  return copy;
}

function copyAttribute(attribute: Attribute, copies: Map<Value, Value>): Attribute {
  if (attribute.kind === 'graph') return { kind: 'graph', value: copyGraph(attribute.value, copies) };
  if (attribute.kind === 'graphs')
    return { kind: 'graphs', value: attribute.value.map((graph) => copyGraph(graph, copies)) };
  return attribute;
}

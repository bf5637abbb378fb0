import { ModelError } from '../errors.ts';
import type { Graph, Node, Value } from '../graph.ts';
import { newerFields } from './newer-fields.ts';
import { proto, type Writer } from './proto.ts';
import { writeAttribute } from './write-attribute.ts';
import { sparseTensorMessage, tensorMessage, typeMessage } from './write-messages.ts';
import { embed, writeEntries } from './write-parts.ts';

/** Field by field, as nodes and values can hold fields that onnx-proto does not know. */
export function writeGraph(graph: Graph, writer: Writer): void {
  writeNodes(graph.nodes, 1, writer);
  proto.GraphProto.encode({ name: graph.name, docString: graph.docString }, writer);
  for (const { data, sparse, name } of graph.initializers) {
    if (data) embed(writer, 5, (w) => proto.TensorProto.encode(tensorMessage(data, name), w));
    else if (!sparse) throw new ModelError(`initializer "${name}"`, 'elements', 'none');
  }
  for (const value of graph.inputs) embed(writer, 11, (w) => writeValueInfo(value, w));
  for (const value of graph.outputs) embed(writer, 12, (w) => writeValueInfo(value, w));
  writeValueInfos(graph, 13, writer, new Set([...graph.inputs, ...graph.outputs]));
  for (const { value, parameters } of graph.quantizationAnnotations) {
    const entries = [...parameters].map(([key, parameter]) => ({ key, value: nameOf(parameter) }));
    const message = { tensorName: nameOf(value), quantParameterTensorNames: entries };
    embed(writer, 14, (w) => proto.TensorAnnotation.encode(message, w));
  }
  for (const { sparse, name } of graph.initializers)
    if (sparse)
      embed(writer, 15, (w) => proto.SparseTensorProto.encode(sparseTensorMessage(sparse, name), w));
  writeEntries(writer, newerFields.graph.metadata, graph.metadata);
  if (graph.extra) writer.raw(graph.extra);
}

export function writeNodes(nodes: readonly Node[], field: number, writer: Writer): void {
  for (const node of nodes) embed(writer, field, (w) => writeNode(node, w));
}

/** What is known of the values of a graph, but for those in `told`, of which it is said elsewhere. */
export function writeValueInfos(graph: Graph, field: number, writer: Writer, told: ReadonlySet<Value>): void {
  for (const value of graph.values()) {
    const described = value.docString || value.metadata.size > 0 || value.extra;
    const typed = value.type || value.opaqueType;
    const isConstant = value.data || value.sparse;
    if (!told.has(value) && (described || (typed && !isConstant)))
      embed(writer, field, (w) => writeValueInfo(value, w));
  }
}

function writeNode(node: Node, writer: Writer): void {
  const message = {
    input: node.inputs.map((value) => (value ? nameOf(value) : '')),
    output: node.outputs.map((value) => (value ? nameOf(value) : '')),
    name: node.name,
    opType: node.opType,
    domain: node.domain,
    docString: node.docString,
  };
  proto.NodeProto.encode(message, writer);
  for (const [name, attribute] of node.attributes)
    embed(writer, 5, (w) => writeAttribute(name, attribute, w, writeGraph));
  if (node.overload) writer.uint32((newerFields.node.overload << 3) | 2).string(node.overload);
  writeEntries(writer, newerFields.node.metadata, node.metadata);
  if (node.extra) writer.raw(node.extra);
}

function writeValueInfo(value: Value, writer: Writer): void {
  const type = value.opaqueType ?? value.type;
  const message = {
    name: nameOf(value),
    type: type && typeMessage(type),
    docString: value.docString || undefined,
  };
  proto.ValueInfoProto.encode(message, writer);
  writeEntries(writer, newerFields.valueInfo.metadata, value.metadata);
  if (value.extra) writer.raw(value.extra);
}

function nameOf(value: Value): string {
  if (value.name) return value.name;
  throw new ModelError('value', 'a name', 'an empty one', 'name every value before the model is written');
}

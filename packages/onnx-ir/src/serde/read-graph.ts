import { ModelError } from '../errors.ts';
import { Graph, Node, Value } from '../graph.ts';
import { NewerFields, newerFields } from './newer-fields.ts';
import type { onnx } from './proto.ts';
import { readAttribute } from './read-attribute.ts';
import type { ReadContext } from './read-context.ts';
import { readSparseTensor, readTensor } from './read-tensor.ts';
import { isOpaque, readType } from './read-type.ts';
import { Scope } from './scope.ts';

export function readGraph(proto: onnx.GraphProto, context: ReadContext, outer?: Scope): Graph {
  const graph = new Graph(proto.name);
  const where = `graph "${graph.name}"`;
  const scope = new Scope(where, outer);
  graph.docString = proto.docString;
  const newer = new NewerFields(context.unknown, proto);
  for (const [key, value] of newer.entries(newerFields.graph.metadata)) graph.metadata.set(key, value);
  graph.extra = newer.rest();

  for (const info of proto.input as onnx.ValueInfoProto[]) {
    const value = scope.define(info.name);
    describeValue(value, info, context);
    graph.inputs.push(value);
  }
  readInitializers(graph, proto, context, scope);
  readNodes(graph, proto.node as onnx.NodeProto[], context, scope, proto.valueInfo as onnx.ValueInfoProto[]);
  for (const info of proto.output as onnx.ValueInfoProto[]) {
    const value = scope.findOwn(info.name) ?? passOn(graph, info.name, scope);
    describeValue(value, info, context);
    graph.outputs.push(value);
  }
  readAnnotations(graph, proto.quantizationAnnotation as onnx.TensorAnnotation[], scope);
  return graph;
}

/** An output that is a value of a graph around this one becomes a value of this one. */
function passOn(graph: Graph, name: string, scope: Scope): Value {
  const outer = scope.find(name);
  if (!outer)
    throw new ModelError(scope.where, 'outputs that are computed', `"${name}", which nothing defines`);
  const value = new Value(graph.uniqueName(`${name}/passed`), outer.type);
  graph.nodes.push(new Node('Identity', [outer], [value]));
  return value;
}

/** Reads nodes into `graph`, whose inputs and initializers are in `scope` already. */
export function readNodes(
  graph: Graph,
  nodes: readonly onnx.NodeProto[],
  context: ReadContext,
  scope: Scope,
  infos: readonly onnx.ValueInfoProto[],
): void {
  // All outputs first, so that a file whose nodes are out of order can be read, and be reported by the checker.
  const outputs = nodes.map((node) => node.output.map((name) => (name ? scope.define(name) : undefined)));
  for (const info of infos) {
    const value = scope.findOwn(info.name);
    if (value) describeValue(value, info, context);
    else context.warn(`${scope.where}: the type of "${info.name}" is lost, as nothing has that name`);
  }
  graph.nodes = nodes.map((node, i) => readNode(node, outputs[i], context, scope));
}

function readNode(
  proto: onnx.NodeProto,
  outputs: (Value | undefined)[],
  context: ReadContext,
  scope: Scope,
): Node {
  const where = `node "${proto.name || proto.output.find(Boolean) || '?'}" (${proto.opType})`;
  const inputs = proto.input.map((name) => {
    const value = name ? scope.find(name) : undefined;
    if (name && !value) throw new ModelError(where, 'inputs that exist', `"${name}", which nothing defines`);
    return value;
  });
  const attributes = new Map(
    (proto.attribute as onnx.AttributeProto[]).map((attribute) => [
      attribute.name,
      readAttribute(where, attribute, context, (graph) => readGraph(graph, context, scope)),
    ]),
  );
  if (attributes.size !== proto.attribute.length)
    throw new ModelError(
      where,
      'attributes of different names',
      `${proto.attribute.map(({ name }) => name)}`,
    );
  const newer = new NewerFields(context.unknown, proto);
  const node = new Node(proto.opType, inputs, outputs, {
    name: proto.name,
    domain: proto.domain === 'ai.onnx' ? '' : proto.domain,
    docString: proto.docString,
    attributes,
    overload: newer.text(newerFields.node.overload),
    metadata: new Map(newer.entries(newerFields.node.metadata)),
  });
  node.extra = newer.rest();
  return node;
}

/** Gives a value what the file says of it; a type that it has already stays. */
export function describeValue(value: Value, info: onnx.ValueInfoProto, context: ReadContext): void {
  const where = `value "${value.name}"`;
  const type = info.type && readType(where, info.type, context);
  if (type && isOpaque(type)) value.opaqueType ??= type;
  else if (type) value.type ??= type;
  value.docString ||= info.docString;
  const newer = new NewerFields(context.unknown, info);
  for (const [key, text] of newer.entries(newerFields.valueInfo.metadata)) value.metadata.set(key, text);
  value.extra ??= newer.rest();
}

function readInitializers(graph: Graph, proto: onnx.GraphProto, context: ReadContext, scope: Scope): void {
  for (const tensor of proto.initializer as onnx.TensorProto[]) {
    const data = readTensor(`initializer "${tensor.name}"`, tensor, context);
    const value = initializer(graph, tensor.name, scope);
    value.data = data;
    value.type ??= { dtype: data.dtype, shape: data.dims };
  }
  for (const sparse of proto.sparseInitializer as onnx.SparseTensorProto[]) {
    const name = sparse.values?.name ?? '';
    const data = readSparseTensor(`sparse initializer "${name}"`, sparse, context);
    const value = initializer(graph, name, scope);
    value.sparse = data;
    value.type ??= { dtype: data.values.dtype, shape: data.dims };
  }
}

/** The value of an initializer: a new one, or the input that it is the default of. */
function initializer(graph: Graph, name: string, scope: Scope): Value {
  const input = graph.inputs.find((value) => value.name === name);
  const value = input && !graph.initializers.includes(input) ? input : scope.define(name);
  graph.initializers.push(value);
  return value;
}

function readAnnotations(graph: Graph, annotations: readonly onnx.TensorAnnotation[], scope: Scope): void {
  const need = (name: string): Value => {
    const value = scope.find(name);
    if (value) return value;
    throw new ModelError(scope.where, 'quantization annotations of values that exist', `"${name}"`);
  };
  for (const { tensorName, quantParameterTensorNames } of annotations) {
    const parameters = quantParameterTensorNames.map(
      ({ key, value }) => [key ?? '', need(value ?? '')] as const,
    );
    graph.quantizationAnnotations.push({ value: need(tensorName), parameters: new Map(parameters) });
  }
}

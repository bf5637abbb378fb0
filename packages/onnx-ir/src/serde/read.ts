import type { Attribute } from '../attribute.ts';
import { ModelError } from '../errors.ts';
import { type FunctionDefinition, Graph, type Model } from '../graph.ts';
import { NewerFields, newerFields } from './newer-fields.ts';
import { type onnx, type ProtoInt, proto, toInt } from './proto.ts';
import { readAttribute } from './read-attribute.ts';
import type { ReadContext, ReadOptions } from './read-context.ts';
import { readGraph, readNodes } from './read-graph.ts';
import { Scope } from './scope.ts';
import { findUnknownFields, type UnknownFields } from './unknown-fields.ts';

export type { ExternalLocation, ReadOptions } from './read-context.ts';

const defaultMaxTensorBytes = 2 ** 32;

/**
 * Reads the bytes of an .onnx file. The model keeps views of the bytes, so they are not to be changed afterwards.
 * Fields that we have no names for are kept; what cannot be kept is told to `onWarning`.
 * @throws ModelError when the bytes are no ONNX model, or one that we cannot hold whole
 */
export function readModel(bytes: Uint8Array, options: ReadOptions = {}): Model {
  try {
    return decode(bytes, options);
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw new ModelError(
      'model',
      'the bytes of an ONNX file',
      `${bytes.byteLength} bytes that are cut off or broken (${(cause as Error).message})`,
      'fetch or export the file again',
      { cause },
    );
  }
}

function decode(bytes: Uint8Array, options: ReadOptions): Model {
  // A plain Uint8Array, as a Buffer's slices behave differently.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const model = proto.ModelProto.decode(plain);
  const unknown: UnknownFields = new Map();
  findUnknownFields(plain, 'model', model, unknown);
  const context: ReadContext = {
    unknown,
    external: options.external,
    maxTensorBytes: options.maxTensorBytes ?? defaultMaxTensorBytes,
    warn: options.onWarning ?? ((message) => console.warn(message)),
  };
  if (!model.graph || !toInt(model.irVersion as ProtoInt))
    throw new ModelError('model', 'an ONNX file with an IR version and a graph', 'a file without');
  return {
    irVersion: Number(toInt(model.irVersion as ProtoInt)),
    opsetImports: readOpsets(model.opsetImport),
    producerName: model.producerName,
    producerVersion: model.producerVersion,
    domain: model.domain,
    modelVersion: toInt(model.modelVersion as ProtoInt),
    docString: model.docString,
    metadata: new Map(model.metadataProps.map(({ key, value }) => [key ?? '', value ?? ''])),
    functions: (model.functions as onnx.FunctionProto[]).map((fn) => readFunction(fn, context)),
    graph: readGraph(model.graph as onnx.GraphProto, context),
    extra: new NewerFields(unknown, model).rest(),
  };
}

const readOpsets = (imports: readonly onnx.IOperatorSetIdProto[]): Map<string, number> =>
  new Map(
    imports.map(({ domain, version }) => [
      domain === 'ai.onnx' ? '' : (domain ?? ''),
      Number(toInt((version ?? 0) as ProtoInt)),
    ]),
  );

function readFunction(fn: onnx.FunctionProto, context: ReadContext): FunctionDefinition {
  const where = `function "${fn.name}"`;
  const newer = new NewerFields(context.unknown, fn);
  const fields = newerFields.function;
  const scope = new Scope(where);
  const body = new Graph(fn.name);
  body.docString = fn.docString;
  for (const [key, value] of newer.entries(fields.metadata)) body.metadata.set(key, value);
  body.inputs.push(...fn.input.map((name) => scope.define(name)));
  const infos = newer.messages(fields.valueInfo, 'valueInfo', (bytes) => proto.ValueInfoProto.decode(bytes));
  readNodes(body, fn.node as onnx.NodeProto[], context, scope, infos);
  for (const name of fn.output) {
    const value = scope.find(name);
    if (!value) throw new ModelError(where, 'outputs that are computed', `"${name}", which nothing defines`);
    body.outputs.push(value);
  }
  const defaults = newer
    .messages(fields.attributeDefaults, 'attribute', (bytes) => proto.AttributeProto.decode(bytes))
    .map((attribute): [string, Attribute] => [
      attribute.name,
      readAttribute(where, attribute, context, (graph) => readGraph(graph, context)),
    ]);
  return {
    name: fn.name,
    domain: fn.domain,
    overload: newer.text(fields.overload),
    attributes: fn.attribute,
    attributeDefaults: new Map(defaults),
    opsetImports: readOpsets(fn.opsetImport),
    body,
    extra: newer.rest(),
  };
}

import { ModelError } from '../errors.ts';
import type { FunctionDefinition, Model } from '../graph.ts';
import { newerFields } from './newer-fields.ts';
import { fromInt, type onnx, proto, Writer } from './proto.ts';
import { writeAttribute } from './write-attribute.ts';
import { writeGraph, writeNodes, writeValueInfos } from './write-graph.ts';
import { embed, writeEntries } from './write-parts.ts';

/** Protobuf's own limit, which ONNX Runtime keeps. */
const maxFileBytes = 2 ** 31 - 1;

/**
 * The bytes of an .onnx file. The same model gives the same bytes.
 * @throws ModelError when a value has no name, the model needs more than 2 GiB, or has what the format cannot hold
 */
export function writeModel(model: Model): Uint8Array {
  const size = constantBytes(model);
  if (size > maxFileBytes)
    throw new ModelError('model', 'at most 2 GiB', `${size} bytes of constants`, 'use a smaller type');
  const writer = new Writer();
  const message: onnx.IModelProto = {
    irVersion: model.irVersion,
    producerName: model.producerName,
    producerVersion: model.producerVersion,
    domain: model.domain,
    modelVersion: fromInt(model.modelVersion) as unknown as number,
    docString: model.docString,
    opsetImport: opsetMessages(model.opsetImports),
    metadataProps: [...model.metadata].map(([key, value]) => ({ key, value })),
  };
  proto.ModelProto.encode(message, writer);
  embed(writer, 7, (w) => writeGraph(model.graph, w));
  for (const definition of model.functions) embed(writer, 25, (w) => writeFunction(definition, w));
  if (model.extra) writer.raw(model.extra);
  return writer.finish();
}

const constantBytes = ({ graph }: Model): number =>
  [graph, ...graph.subGraphs()]
    .flatMap(({ initializers }) => initializers)
    .reduce((sum, { data }) => sum + (data?.byteLength ?? 0), 0);

const opsetMessages = (imports: ReadonlyMap<string, number>): onnx.IOperatorSetIdProto[] =>
  [...imports].map(([domain, version]) => ({ domain, version }));

function writeFunction(definition: FunctionDefinition, writer: Writer): void {
  const { body } = definition;
  if (body.initializers.length > 0 || body.quantizationAnnotations.length > 0)
    throw new ModelError(
      `function "${definition.name}"`,
      'neither initializers nor quantization annotations',
      'some',
      'use Constant nodes',
    );
  const message = {
    name: definition.name,
    domain: definition.domain,
    input: body.inputs.map(({ name }) => name),
    output: body.outputs.map(({ name }) => name),
    attribute: [...definition.attributes],
    docString: body.docString,
    opsetImport: opsetMessages(definition.opsetImports),
  };
  proto.FunctionProto.encode(message, writer);
  writeNodes(body.nodes, 7, writer);
  const fields = newerFields.function;
  for (const [name, attribute] of definition.attributeDefaults ?? [])
    embed(writer, fields.attributeDefaults, (w) => writeAttribute(name, attribute, w, writeGraph));
  writeValueInfos(body, fields.valueInfo, writer, new Set());
  if (definition.overload) writer.uint32((fields.overload << 3) | 2).string(definition.overload);
  writeEntries(writer, fields.metadata, body.metadata);
  if (definition.extra) writer.raw(definition.extra);
}

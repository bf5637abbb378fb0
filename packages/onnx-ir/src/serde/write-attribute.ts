import type { Attribute } from '../attribute.ts';
import type { Graph } from '../graph.ts';
import { bytesOf, fromInt, type onnx, proto, type Writer } from './proto.ts';
import { attributeKinds } from './read-attribute.ts';
import { sparseTensorMessage, tensorMessage, typeMessage } from './write-messages.ts';
import { embed } from './write-parts.ts';

type WriteSubGraph = (graph: Graph, writer: Writer) => void;

export function writeAttribute(
  name: string,
  attribute: Attribute,
  writer: Writer,
  writeSubGraph: WriteSubGraph,
): void {
  proto.AttributeProto.encode({ name, type: typeNumber(attribute), ...payload(attribute) }, writer);
  if (attribute.kind === 'graph') embed(writer, 6, (w) => writeSubGraph(attribute.value, w));
  if (attribute.kind === 'graphs')
    for (const graph of attribute.value) embed(writer, 11, (w) => writeSubGraph(graph, w));
}

function typeNumber(attribute: Attribute): number {
  const kind = attribute.kind === 'ref' ? attribute.of : attribute.kind;
  const stored = kind === 'bytes' ? 'string' : kind === 'byteStrings' ? 'strings' : kind;
  return attributeKinds.indexOf(stored) + 1;
}

const int64 = (value: number | bigint): number => fromInt(value) as unknown as number;

/** Everything but graphs, which can hold fields that onnx-proto does not know. */
function payload(attribute: Attribute): onnx.IAttributeProto {
  switch (attribute.kind) {
    case 'ref':
      return { refAttrName: attribute.name };
    case 'float':
      return { f: attribute.value };
    case 'int':
      return { i: int64(attribute.value) };
    case 'string':
      return { s: bytesOf(attribute.value) };
    case 'bytes':
      return { s: attribute.value };
    case 'tensor':
      return { t: tensorMessage(attribute.value) };
    case 'sparseTensor':
      return { sparseTensor: sparseTensorMessage(attribute.value) };
    case 'type':
      return { tp: typeMessage(attribute.value) };
    case 'floats':
      return { floats: [...attribute.value] };
    case 'ints':
      return { ints: attribute.value.map(int64) };
    case 'strings':
      return { strings: attribute.value.map(bytesOf) };
    case 'byteStrings':
      return { strings: [...attribute.value] };
    case 'tensors':
      return { tensors: attribute.value.map((value) => tensorMessage(value)) };
    case 'sparseTensors':
      return { sparseTensors: attribute.value.map((value) => sparseTensorMessage(value)) };
    case 'types':
      return { typeProtos: attribute.value.map(typeMessage) };
    case 'graph':
    case 'graphs':
      return {};
  }
}

import type { Attribute, AttributeKind } from '../attribute.ts';
import { ModelError } from '../errors.ts';
import type { Graph } from '../graph.ts';
import { type onnx, type ProtoInt, textOf, toInt } from './proto.ts';
import type { ReadContext } from './read-context.ts';
import { readSparseTensor, readTensor } from './read-tensor.ts';
import { readType } from './read-type.ts';

type Kind = Exclude<AttributeKind, 'ref' | 'bytes' | 'byteStrings'>;

/** Kinds by AttributeProto.AttributeType, from 1. */
export const attributeKinds: readonly Kind[] = [
  'float',
  'int',
  'string',
  'tensor',
  'graph',
  'floats',
  'ints',
  'strings',
  'tensors',
  'graphs',
  'sparseTensor',
  'sparseTensors',
  'type',
  'types',
];

export type ReadSubGraph = (graph: onnx.GraphProto) => Graph;

/** @throws ModelError when the attribute's kind is unknown or its value is missing */
export function readAttribute(
  where: string,
  attribute: onnx.AttributeProto,
  context: ReadContext,
  readSubGraph: ReadSubGraph,
): Attribute {
  const here = `${where}, attribute "${attribute.name}"`;
  if (attribute.docString) context.warn(`${here}: its doc string is lost`);
  const kind = attribute.type ? attributeKinds[attribute.type - 1] : guessKind(attribute);
  if (!kind) throw new ModelError(here, `a kind from 1 to ${attributeKinds.length}`, String(attribute.type));
  if (attribute.refAttrName) return { kind: 'ref', name: attribute.refAttrName, of: kind };
  const need = <T>(value: T | null | undefined): T => {
    if (value === null || value === undefined) throw new ModelError(here, `a ${kind}`, 'none');
    return value;
  };
  const tensor = (value: onnx.ITensorProto) => readTensor(here, value as onnx.TensorProto, context);
  const sparse = (value: onnx.ISparseTensorProto) =>
    readSparseTensor(here, value as onnx.SparseTensorProto, context);
  const type = (value: onnx.ITypeProto) => readType(here, value, context);
  const graph = (value: onnx.IGraphProto) => readSubGraph(value as onnx.GraphProto);
  switch (kind) {
    case 'float':
      return { kind, value: attribute.f };
    case 'int':
      return { kind, value: toInt(attribute.i as ProtoInt) };
    case 'string':
      return readString(attribute.s);
    case 'tensor':
      return { kind, value: tensor(need(attribute.t)) };
    case 'graph':
      return { kind, value: graph(need(attribute.g)) };
    case 'sparseTensor':
      return { kind, value: sparse(need(attribute.sparseTensor)) };
    case 'type':
      return { kind, value: type(need(attribute.tp)) };
    case 'floats':
      return { kind, value: attribute.floats };
    case 'ints':
      return { kind, value: (attribute.ints as ProtoInt[]).map(toInt) };
    case 'strings':
      return readStrings(attribute.strings);
    case 'tensors':
      return { kind, value: attribute.tensors.map(tensor) };
    case 'graphs':
      return { kind, value: attribute.graphs.map(graph) };
    case 'sparseTensors':
      return { kind, value: attribute.sparseTensors.map(sparse) };
    case 'types':
      return { kind, value: attribute.typeProtos.map(type) };
  }
}

function readString(bytes: Uint8Array): Attribute {
  const text = textOf(bytes);
  return text === undefined ? { kind: 'bytes', value: bytes } : { kind: 'string', value: text };
}

function readStrings(list: readonly Uint8Array[]): Attribute {
  const texts = list.map(textOf);
  const isText = (value: (string | undefined)[]): value is string[] => !value.includes(undefined);
  return isText(texts) ? { kind: 'strings', value: texts } : { kind: 'byteStrings', value: list };
}

/** The kind of an attribute of a file of IR version 1, which did not say. */
function guessKind(attribute: onnx.AttributeProto): Kind | undefined {
  const has = (property: keyof onnx.AttributeProto): boolean => {
    const value = Object.hasOwn(attribute, property) ? attribute[property] : undefined;
    return Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined;
  };
  if (has('f')) return 'float';
  if (has('i')) return 'int';
  if (has('s')) return 'string';
  if (has('t')) return 'tensor';
  if (has('g')) return 'graph';
  if (has('floats')) return 'floats';
  if (has('ints')) return 'ints';
  if (has('strings')) return 'strings';
  if (has('tensors')) return 'tensors';
  return has('graphs') ? 'graphs' : undefined;
}

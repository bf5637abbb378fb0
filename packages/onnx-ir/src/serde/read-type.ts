import { dataTypeOfCode } from '../data-type.ts';
import { ModelError } from '../errors.ts';
import type { Dim, OpaqueType, ValueType } from '../graph.ts';
import { type onnx, type ProtoInt, proto, toInt } from './proto.ts';
import type { ReadContext } from './read-context.ts';

/** The type of a value: dense tensors as we say them, everything else as the file encodes it. */
export function readType(where: string, type: onnx.ITypeProto, context: ReadContext): ValueType | OpaqueType {
  const tensor = type.tensorType;
  const dtype = tensor && dataTypeOfCode(tensor.elemType ?? 0);
  if (!dtype) return { encoded: proto.TypeProto.encode(type).finish() };
  const denoted = type.denotation || tensor.shape?.dim?.some((dim) => dim.denotation);
  if (denoted) context.warn(`${where}: the denotation of its type is lost`);
  if (!tensor.shape) return { dtype };
  return { dtype, shape: (tensor.shape.dim ?? []).map((dim) => readDim(where, dim)) };
}

function readDim(where: string, dim: onnx.TensorShapeProto.IDimension): Dim {
  if (dim.dimParam) return dim.dimParam;
  if (dim.dimValue === null || dim.dimValue === undefined) return null;
  const size = toInt(dim.dimValue as ProtoInt);
  if (typeof size === 'bigint') throw new ModelError(where, 'dimensions below 2^53', String(size));
  // Some exporters write -1 for what they do not know.
  return size < 0 ? null : size;
}

export const isOpaque = (type: ValueType | OpaqueType): type is OpaqueType => 'encoded' in type;

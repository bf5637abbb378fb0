import type { SparseTensorData } from '../attribute.ts';
import { dataTypeCode } from '../data-type.ts';
import type { Dim, OpaqueType, ValueType } from '../graph.ts';
import type { TensorData } from '../tensor-data.ts';
import { fromInt, type onnx, proto } from './proto.ts';
import { isOpaque } from './read-type.ts';

const int64s = (values: readonly number[]) => values.map(fromInt) as unknown as number[];

/** Elements go into raw_data, whichever field they came from. */
export function tensorMessage(data: TensorData, name = ''): onnx.ITensorProto {
  const message = { name, dims: int64s(data.dims), dataType: dataTypeCode(data.dtype) };
  if (data.strings) return { ...message, stringData: [...data.strings] };
  return { ...message, rawData: data.bytes };
}

export const sparseTensorMessage = (sparse: SparseTensorData, name = ''): onnx.ISparseTensorProto => ({
  dims: int64s(sparse.dims),
  values: tensorMessage(sparse.values, name),
  indices: tensorMessage(sparse.indices),
});

export function typeMessage(type: ValueType | OpaqueType): onnx.ITypeProto {
  if (isOpaque(type)) return proto.TypeProto.decode(type.encoded);
  const shape = type.shape && { dim: type.shape.map(dimMessage) };
  return { tensorType: { elemType: dataTypeCode(type.dtype), shape } };
}

function dimMessage(dim: Dim): onnx.TensorShapeProto.IDimension {
  if (dim === null) return {};
  return typeof dim === 'string' ? { dimParam: dim } : { dimValue: fromInt(dim) as unknown as number };
}

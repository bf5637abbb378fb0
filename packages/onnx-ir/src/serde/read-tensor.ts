import type { SparseTensorData } from '../attribute.ts';
import { bytesPerElement, type DataType, dataTypeOfCode } from '../data-type.ts';
import { ModelError } from '../errors.ts';
import { TensorData } from '../tensor-data.ts';
import { type onnx, type ProtoInt, toBigInt, toCount } from './proto.ts';
import type { ReadContext } from './read-context.ts';

const external = 1;

/** @throws ModelError when the elements do not fit the type and the dimensions, or are out of reach */
export function readTensor(where: string, tensor: onnx.TensorProto, context: ReadContext): TensorData {
  const dims = (tensor.dims as ProtoInt[]).map((dim) => toCount(`${where}, dims`, dim));
  const dtype = dataTypeOfCode(tensor.dataType);
  if (!dtype)
    throw new ModelError(where, 'an element type of ONNX', `number ${tensor.dataType}`, 'update Trainyard');
  if (tensor.segment) throw new ModelError(where, 'a whole tensor', 'a segment of one', 'join its segments');
  if (tensor.docString) context.warn(`${where}: its doc string is lost`);
  if (context.unknown.has(tensor)) context.warn(`${where}: its metadata is lost`);
  const size = dims.reduce((a, b) => a * b, 1);
  const byteLength = Math.ceil(size * bytesPerElement(dtype));
  if (byteLength > context.maxTensorBytes || size > Number.MAX_SAFE_INTEGER)
    throw new ModelError(
      where,
      `at most ${context.maxTensorBytes} bytes`,
      `${dtype}[${dims.join(', ')}]`,
      'raise maxTensorBytes',
    );
  try {
    if (dtype === 'string') return TensorData.ofStrings(dims, tensor.stringData);
    if (tensor.dataLocation === external)
      return new TensorData(dtype, dims, externalBytes(tensor, byteLength, context));
    if (tensor.rawData.length > 0) return new TensorData(dtype, dims, tensor.rawData);
    return new TensorData(dtype, dims, typedBytes(dtype, tensor));
  } catch (cause) {
    throw cause instanceof ModelError ? cause.within(where) : cause;
  }
}

export function readSparseTensor(
  where: string,
  sparse: onnx.SparseTensorProto,
  context: ReadContext,
): SparseTensorData {
  if (!sparse.values || !sparse.indices)
    throw new ModelError(where, 'a sparse tensor with values and indices', 'none');
  return {
    dims: (sparse.dims as ProtoInt[]).map((dim) => toCount(`${where}, dims`, dim)),
    values: readTensor(`${where}, values`, sparse.values as onnx.TensorProto, context),
    indices: readTensor(`${where}, indices`, sparse.indices as onnx.TensorProto, context),
  };
}

function externalBytes(
  tensor: onnx.TensorProto,
  byteLength: number,
  context: ReadContext,
): Uint8Array | (() => Uint8Array) {
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key ?? '', value ?? '']));
  const location = entries.get('location');
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? byteLength);
  if (!location || !Number.isSafeInteger(offset) || offset < 0 || length !== byteLength)
    throw new ModelError(
      'external data',
      `a location, an offset and ${byteLength} bytes`,
      [...entries].map(([key, value]) => `${key} "${value}"`).join(', ') || 'nothing',
    );
  if (context.external) return context.external({ location, offset, length });
  throw new ModelError(
    'tensor',
    'elements in the file',
    `external data in "${location}"`,
    'use loadModelFile',
  );
}

/** The elements of the field for this type, as little-endian bytes. Source: comments of TensorProto in onnx.proto. */
function typedBytes(dtype: DataType, tensor: onnx.TensorProto): Uint8Array {
  const bytes = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer as ArrayBuffer);
  const int64s = tensor.int64Data as ProtoInt[];
  const uint64s = tensor.uint64Data as ProtoInt[];
  switch (dtype) {
    case 'float32':
    case 'complex64':
      return bytes(Float32Array.from(tensor.floatData));
    case 'float64':
    case 'complex128':
      return bytes(Float64Array.from(tensor.doubleData));
    case 'int64':
      return bytes(BigInt64Array.from(int64s, toBigInt));
    case 'uint64':
      return bytes(BigUint64Array.from(uint64s, toBigInt));
    case 'uint32':
      return bytes(Uint32Array.from(uint64s, (value) => Number(toBigInt(value))));
    case 'int32':
      return bytes(Int32Array.from(tensor.int32Data));
    case 'int16':
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return bytes(Uint16Array.from(tensor.int32Data));
    default:
      // One byte for each number: 8-bit types, and the packed ones.
      return Uint8Array.from(tensor.int32Data);
  }
}

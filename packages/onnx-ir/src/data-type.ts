/**
 * Element types of ONNX tensors: our name, the number the file format uses, and the bytes of one element.
 * Source: TensorProto.DataType in onnx.proto.
 */
const table = {
  float32: { code: 1, bytes: 4 },
  uint8: { code: 2, bytes: 1 },
  int8: { code: 3, bytes: 1 },
  uint16: { code: 4, bytes: 2 },
  int16: { code: 5, bytes: 2 },
  int32: { code: 6, bytes: 4 },
  int64: { code: 7, bytes: 8 },
  string: { code: 8, bytes: 0 },
  bool: { code: 9, bytes: 1 },
  float16: { code: 10, bytes: 2 },
  float64: { code: 11, bytes: 8 },
  uint32: { code: 12, bytes: 4 },
  uint64: { code: 13, bytes: 8 },
  complex64: { code: 14, bytes: 8 },
  complex128: { code: 15, bytes: 16 },
  bfloat16: { code: 16, bytes: 2 },
  float8e4m3fn: { code: 17, bytes: 1 },
  float8e4m3fnuz: { code: 18, bytes: 1 },
  float8e5m2: { code: 19, bytes: 1 },
  float8e5m2fnuz: { code: 20, bytes: 1 },
  uint4: { code: 21, bytes: 0.5 },
  int4: { code: 22, bytes: 0.5 },
  float4e2m1: { code: 23, bytes: 0.5 },
  float8e8m0: { code: 24, bytes: 1 },
  uint2: { code: 25, bytes: 0.25 },
  int2: { code: 26, bytes: 0.25 },
} as const;

export type DataType = keyof typeof table;

/** Every element type there is. */
export const dataTypes = Object.keys(table) as readonly DataType[];

const byCode = new Map(Object.entries(table).map(([name, { code }]) => [code as number, name as DataType]));

/** Bytes of one element; 0.5 and 0.25 for the types of 4 and 2 bits, which are packed, and 0 for strings. */
export const bytesPerElement = (dtype: DataType): number => table[dtype].bytes;

export const dataTypeCode = (dtype: DataType): number => table[dtype].code;

/** The element type of a number of the file format, or undefined where there is none. */
export const dataTypeOfCode = (code: number): DataType | undefined => byCode.get(code);

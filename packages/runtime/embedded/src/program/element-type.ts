import type { DataType } from '@trainyard/onnx-ir';

/** How C writes the element types that a program can hold, and their bytes. Floats of 16 bits are constants only. */
const table = {
  float32: { c: 'float', bytes: 4 },
  float64: { c: 'double', bytes: 8 },
  float16: { c: 'uint16_t', bytes: 2 },
  int8: { c: 'int8_t', bytes: 1 },
  uint8: { c: 'uint8_t', bytes: 1 },
  int16: { c: 'int16_t', bytes: 2 },
  uint16: { c: 'uint16_t', bytes: 2 },
  int32: { c: 'int32_t', bytes: 4 },
  uint32: { c: 'uint32_t', bytes: 4 },
  int64: { c: 'int64_t', bytes: 8 },
  uint64: { c: 'uint64_t', bytes: 8 },
  bool: { c: 'uint8_t', bytes: 1 },
} as const satisfies Partial<Record<DataType, { c: string; bytes: number }>>;

export type ElementType = keyof typeof table;

export const isElementType = (dtype: DataType): dtype is ElementType => Object.hasOwn(table, dtype);
export const cTypeOf = (dtype: ElementType): string => table[dtype].c;
export const bytesOf = (dtype: ElementType): number => table[dtype].bytes;

/** A type whose sizes are all known. */
export interface TensorType {
  readonly dtype: ElementType;
  readonly shape: readonly number[];
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
export const byteLengthOf = ({ dtype, shape }: TensorType): number => sizeOf(shape) * bytesOf(dtype);
export const formatType = ({ dtype, shape }: TensorType): string => `${dtype}[${shape.join(', ')}]`;

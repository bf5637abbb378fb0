import { InputError } from './errors.ts';

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
} as const;

interface Arrays {
  float32: Float32Array;
  float64: Float64Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  int8: Int8Array;
  bool: Uint8Array;
}

export type DType = keyof Arrays;
export type FloatType = 'float32' | 'float64';
export type ArrayOf<T extends DType> = Arrays[T];
export type TypedArray = ArrayOf<DType>;
export type NumberArray = Exclude<TypedArray, BigInt64Array>;

/** A size, or the name of one that is known only when a traced graph runs. */
export type Dim = number | string;
export type Shape = readonly Dim[];

export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

export const isDType = (name: string): name is DType => name in arrays;
export const isFloat = (dtype: DType): dtype is FloatType => dtype === 'float32' || dtype === 'float64';
export const arrayType = <T extends DType>(dtype: T): (typeof arrays)[T] => arrays[dtype];

export function isConcrete(shape: Shape): shape is readonly number[] {
  for (let i = 0; i < shape.length; i++) if (typeof shape[i] !== 'number') return false;
  return true;
}

/** Number of elements of a shape whose sizes are all known. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i];
  return size;
}

export const formatType = ({ dtype, shape }: TensorType): string => `${dtype}[${shape.join(', ')}]`;

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** @throws InputError when a dimension has only a name */
export function concrete(where: string, shape: Shape): readonly number[] {
  if (isConcrete(shape)) return shape;
  throw new InputError(
    where,
    'sizes that are all known',
    `[${shape.join(', ')}]`,
    'trace with numbers instead of names',
  );
}

/** `axis` counted from the end when negative. @throws InputError when it is outside of the shape */
export function normalizeAxis(where: string, axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || at < 0 || at >= rank)
    throw new InputError(where, `an axis from ${-rank} to ${rank - 1}`, String(axis));
  return at;
}

/**
 * The shape of an elementwise result: sizes match from the right, 1 stretches.
 * @throws InputError when two sizes differ and neither is 1
 */
export function broadcastShapes(where: string, ...shapes: Shape[]): Shape {
  if (shapes.every((shape) => sameShape(shape, shapes[0]))) return shapes[0] ?? [];
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => {
    let result: Dim = 1;
    for (const shape of shapes) {
      const dim = shape[i - rank + shape.length] ?? 1;
      if (dim === 1 || dim === result) continue;
      if (result !== 1)
        throw new InputError(
          where,
          'shapes that broadcast',
          shapes.map((s) => `[${s.join(', ')}]`).join(' and '),
        );
      result = dim;
    }
    return result;
  });
}

import type { TypedArray } from '../types.ts';

export type Bits = Int32Array | Uint8Array | Float64Array;

/**
 * The memory of elements that are only moved: by their width, as of few kinds of arrays, because V8 compiles a loop
 * well only while it has seen few of them.
 */
export function bitsOf(data: TypedArray): Bits {
  if (data instanceof Float32Array) return new Int32Array(data.buffer, data.byteOffset, data.length);
  if (data instanceof Int8Array) return new Uint8Array(data.buffer, data.byteOffset, data.length);
  return data as Bits;
}

/** How far apart neighbours along each axis lie, row-major. */
export function stridesOf(sizes: readonly number[]): number[] {
  const strides = new Array<number>(sizes.length);
  let stride = 1;
  for (let i = sizes.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= sizes[i];
  }
  return strides;
}

/** Fills `target`, row-major of `sizes`, with the elements of `source` that lie `strides` apart, beginning at `offset`. */
export function copyStrided(
  source: TypedArray,
  offset: number,
  strides: readonly number[],
  target: TypedArray,
  sizes: readonly number[],
): void {
  const from = bitsOf(source);
  const to = bitsOf(target);
  if (to.length === 0) return;
  const rank = sizes.length;
  if (rank === 0) {
    to[0] = from[offset];
    return;
  }
  const length = sizes[rank - 1];
  const step = strides[rank - 1];
  const index = new Array<number>(rank).fill(0);
  let at = offset;
  for (let start = 0; start < to.length; start += length) {
    if (step === 1 && length > 16) to.set(from.subarray(at, at + length), start);
    else for (let i = 0; i < length; i++) to[start + i] = from[at + i * step];
    for (let axis = rank - 2; axis >= 0; axis--) {
      at += strides[axis];
      if (++index[axis] < sizes[axis]) break;
      at -= strides[axis] * sizes[axis];
      index[axis] = 0;
    }
  }
}

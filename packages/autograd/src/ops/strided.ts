import type { NumberArray } from '../types.ts';

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

/** Fills `to`, row-major of `sizes`, with the elements of `from` that lie `strides` apart, beginning at `offset`. */
export function copyStrided(
  from: NumberArray,
  offset: number,
  strides: readonly number[],
  to: NumberArray,
  sizes: readonly number[],
): void {
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

import type { Tensor } from '../tensor.ts';
import type { NumberArray, TypedArray } from '../types.ts';

/** For each element of the result, broadcasting stretches an input along the axes where its size is 1. */
function stridesFor(sizes: readonly number[], result: readonly number[]): number[] {
  const strides = new Array<number>(result.length).fill(0);
  let stride = 1;
  for (let i = sizes.length - 1; i >= 0; i--) {
    if (sizes[i] !== 1) strides[result.length - sizes.length + i] = stride;
    stride *= sizes[i];
  }
  return strides;
}

/**
 * Calls `row(offsets, start, length, steps)` for every innermost row of `result`: where the row begins in each
 * input, and how far each input steps from one element to the next (0 or 1 after broadcasting).
 */
export function forEachRow(
  result: readonly number[],
  inputs: readonly (readonly number[])[],
  row: (offsets: readonly number[], start: number, length: number, steps: readonly number[]) => void,
): void {
  const rank = result.length;
  const length = rank === 0 ? 1 : result[rank - 1];
  const strides = inputs.map((sizes) => stridesFor(sizes, result));
  const steps = strides.map((s) => (rank === 0 ? 0 : s[rank - 1]));
  const rows = result.slice(0, -1).reduce((a, b) => a * b, 1);
  const index = new Array<number>(Math.max(0, rank - 1)).fill(0);
  const offsets = inputs.map(() => 0);
  for (let r = 0; r < rows && length > 0; r++) {
    row(offsets, r * length, length, steps);
    for (let axis = rank - 2; axis >= 0; axis--) {
      index[axis]++;
      for (let k = 0; k < offsets.length; k++) offsets[k] += strides[k][axis];
      if (index[axis] < result[axis]) break;
      for (let k = 0; k < offsets.length; k++) offsets[k] -= strides[k][axis] * result[axis];
      index[axis] = 0;
    }
  }
}

export const isInt64 = (data: TypedArray): data is BigInt64Array => data instanceof BigInt64Array;

/** A kernel that maps two broadcast inputs to the result, element by element. */
export function binaryKernel(
  fn: (a: number, b: number) => number,
  bigFn?: (a: bigint, b: bigint) => bigint | number,
): (inputs: readonly Tensor[], attributes: unknown, outputs: readonly Tensor[]) => void {
  return ([a, b], _, [y]) => {
    if (isInt64(a.data) && bigFn)
      return mapRows(a.data, b.data as BigInt64Array, y.data as BigInt64Array, bigFn as never, a, b, y);
    mapRows(a.data as NumberArray, b.data as NumberArray, y.data as NumberArray, fn, a, b, y);
  };
}

function mapRows<N>(
  a: { [i: number]: N },
  b: { [i: number]: N },
  y: { [i: number]: N },
  fn: (a: N, b: N) => N,
  { sizes: aSizes }: Tensor,
  { sizes: bSizes }: Tensor,
  { sizes }: Tensor,
): void {
  forEachRow(sizes, [aSizes, bSizes], ([a0, b0], start, length, [aStep, bStep]) => {
    for (let i = 0; i < length; i++) y[start + i] = fn(a[a0 + i * aStep], b[b0 + i * bStep]);
  });
}

/** A kernel that maps every element of the only input. */
export const unaryKernel =
  (fn: (x: number) => number) =>
  ([x]: readonly Tensor[], _: unknown, [y]: readonly Tensor[]): void => {
    const from = x.data as NumberArray;
    const to = y.data as NumberArray;
    for (let i = 0; i < to.length; i++) to[i] = fn(from[i]);
  };

import type { Tensor } from '../tensor.ts';
import { isFloat, type TypedArray } from '../types.ts';

export type FloatArray = Float32Array | Float64Array;
type OutArray = FloatArray | Uint8Array;

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

/** Joins neighbouring axes that every input walks through without a gap, so that rows become long. */
function joinAxes(result: readonly number[], strides: readonly number[][]): [number[], number[][]] {
  const sizes: number[] = [];
  const joined: number[][] = strides.map(() => []);
  for (let axis = 0; axis < result.length; axis++) {
    const size = result[axis];
    if (size === 1 && result.length > 1) continue;
    const last = sizes.length - 1;
    const continues = last >= 0 && strides.every((s, k) => joined[k][last] === s[axis] * size);
    if (continues) sizes[last] *= size;
    else sizes.push(size);
    strides.forEach((s, k) => {
      joined[k][continues ? last : last + 1] = s[axis];
    });
  }
  return [sizes, joined];
}

/**
 * Calls `row(offsets, start, length, steps)` for every innermost row of `result`: where the row begins in each
 * input, and how far each input steps from one element to the next (0 or 1 after broadcasting). Axes that lie
 * without a gap in all of them are one row.
 */
export function forEachRow(
  result: readonly number[],
  inputs: readonly (readonly number[])[],
  row: (offsets: readonly number[], start: number, length: number, steps: readonly number[]) => void,
): void {
  const [sizes, strides] = joinAxes(
    result,
    inputs.map((input) => stridesFor(input, result)),
  );
  const rank = sizes.length;
  const length = rank === 0 ? 1 : sizes[rank - 1];
  const steps = strides.map((s) => (rank === 0 ? 0 : s[rank - 1]));
  const rows = sizes.slice(0, -1).reduce((a, b) => a * b, 1);
  const index = new Array<number>(Math.max(0, rank - 1)).fill(0);
  const offsets = inputs.map(() => 0);
  for (let r = 0; r < rows && length > 0; r++) {
    row(offsets, r * length, length, steps);
    for (let axis = rank - 2; axis >= 0; axis--) {
      index[axis]++;
      for (let k = 0; k < offsets.length; k++) offsets[k] += strides[k][axis];
      if (index[axis] < sizes[axis]) break;
      for (let k = 0; k < offsets.length; k++) offsets[k] -= strides[k][axis] * sizes[axis];
      index[axis] = 0;
    }
  }
}

export const isInt64 = (data: TypedArray): data is BigInt64Array => data instanceof BigInt64Array;

/**
 * The elements as floats; 64-bit integers are exact up to 2^53. Loops get no other kinds of arrays, because V8
 * compiles a loop well only while it has seen few of them.
 */
export function floatsOf(data: TypedArray): FloatArray {
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  return isInt64(data) ? Float64Array.from(data, Number) : new Float64Array(data);
}

/** Writes numbers into memory of any element type. */
export function writeNumbers(to: TypedArray, from: ArrayLike<number>): void {
  if (isInt64(to)) for (let i = 0; i < to.length; i++) to[i] = BigInt(Math.trunc(from[i]));
  else to.set(from);
}

/** Lets `write` fill the elements of y, as floats or, where they are bools, as such. */
function fillFloats(y: Tensor, write: (out: OutArray) => void): void {
  const direct = isFloat(y.dtype) || y.dtype === 'bool';
  const out = direct ? (y.data as OutArray) : new Float64Array(y.data.length);
  write(out);
  if (!direct) writeNumbers(y.data, out);
}

type Kernel = (inputs: readonly Tensor[], attributes: unknown, outputs: readonly Tensor[]) => void;

/**
 * The loop of one operator over `n` elements: `a` from `ai` in steps of `as`, `b` likewise, to `y` from `yi`.
 * Each operator writes its own: V8 then compiles each for what it does, where a shared loop that calls a function
 * for each element is several times slower as soon as a few operators have used it.
 */
export type BinaryLoop = (
  y: OutArray,
  yi: number,
  n: number,
  a: FloatArray,
  ai: number,
  as: number,
  b: FloatArray,
  bi: number,
  bs: number,
) => void;

/** A kernel that maps two broadcast inputs to the result; `big` does 64-bit integers, where they must be exact. */
export const binaryKernel =
  (loop: BinaryLoop, big?: (a: bigint, b: bigint) => bigint | boolean): Kernel =>
  ([a, b], _, [y]) => {
    if (big && isInt64(a.data) && isInt64(b.data)) return bigLoop(a, b, y, big);
    const from = floatsOf(a.data);
    const other = floatsOf(b.data);
    fillFloats(y, (out) => {
      const n = out.length;
      if (from.length === n && other.length === n) loop(out, 0, n, from, 0, 1, other, 0, 1);
      else if (from.length === n && other.length === 1) loop(out, 0, n, from, 0, 1, other, 0, 0);
      else
        forEachRow(y.sizes, [a.sizes, b.sizes], ([ai, bi], start, length, [as, bs]) =>
          loop(out, start, length, from, ai, as, other, bi, bs),
        );
    });
  };

function bigLoop(a: Tensor, b: Tensor, y: Tensor, fn: (a: bigint, b: bigint) => bigint | boolean): void {
  const [from, other, to] = [a.data, b.data, y.data] as [
    BigInt64Array,
    BigInt64Array,
    Record<number, unknown>,
  ];
  forEachRow(y.sizes, [a.sizes, b.sizes], ([ai, bi], start, length, [as, bs]) => {
    for (let i = 0; i < length; i++) to[start + i] = fn(from[ai + i * as], other[bi + i * bs]);
  });
}

/** A kernel that maps every element of its only input; each operator writes its own loop, as for `BinaryLoop`. */
export const unaryKernel =
  <A>(loop: (y: OutArray, x: FloatArray, attributes: A) => void) =>
  ([x]: readonly Tensor[], attributes: A, [y]: readonly Tensor[]): void =>
    fillFloats(y, (out) => loop(out, floatsOf(x.data), attributes));

import { full, type Tensor, tensorOf } from '../tensor.ts';
import { arrayType, type FloatType, sizeOf } from '../types.ts';
import { concat } from './concat.ts';
import { matMul } from './matmul.ts';
import { reshape } from './reshape.ts';
import { slice } from './slice.ts';
import { transpose } from './transpose.ts';
import type { Axis } from './window.ts';

/*
 * A depthwise convolution reads few elements for each it gives, and ONNX Runtime spends its time on laying them out.
 * As products of matrices, one for each channel over all pictures, it is fast where pictures are small.
 */

/** [N, C, …] as [C, N, …]. */
const channelsFirst = (x: Tensor): Tensor => transpose(x, [1, 0, ...x.shape.map((_, i) => i).slice(2)]);

/** The place of each element of a shape, last axis fastest. */
const placesOf = (sizes: readonly number[]): number[][] =>
  sizes.reduce<number[][]>(
    (found, size) => found.flatMap((place) => Array.from({ length: size }, (_, i) => [...place, i])),
    [[]],
  );

/** [kernel, from · to]: 1 where that element of the kernel reads that element of x at that position, else 0. */
function readings(axes: readonly Axis[], from: readonly number[], to: readonly number[], dtype: FloatType) {
  const taps = placesOf(axes.map((axis) => axis.kernel));
  const places = placesOf(to);
  const inputs = sizeOf(from);
  const values = new (arrayType(dtype))(taps.length * inputs * places.length);
  for (const [k, tap] of taps.entries())
    for (const [o, place] of places.entries()) {
      const read = axes.map(
        ({ stride, dilation, begin }, i) => place[i] * stride + tap[i] * dilation - begin,
      );
      if (read.some((at, i) => at < 0 || at >= from[i])) continue;
      const input = read.reduce((total, at, i) => total * from[i] + at, 0);
      values[(k * inputs + input) * places.length + o] = 1;
    }
  return tensorOf(dtype, [taps.length, inputs * places.length], values as Float32Array);
}

const spatialOf = (x: Tensor): number[] => x.shape.slice(2) as number[];

/** Elements and positions of a picture for which the product of all with all is worth its multiplications with 0. */
const largest = 4096;

/** Whether pictures of these sizes are small enough for a matrix of all elements by all positions. */
export const isSmallDepthwise = (from: readonly number[], to: readonly number[]): boolean =>
  sizeOf(from) * sizeOf(to) <= largest;

/** The matrix [C, from, to] by which a depthwise convolution with w [C, 1, …kernel] multiplies each channel. */
function matrixOf(w: Tensor, axes: readonly Axis[], from: readonly number[], to: readonly number[]): Tensor {
  const channels = w.shape[0] as number;
  const taps = reshape(w, [channels, sizeOf(spatialOf(w))]);
  return reshape(matMul(taps, readings(axes, from, to, w.dtype as FloatType)), [
    channels,
    sizeOf(from),
    sizeOf(to),
  ]);
}

/** x [N, C, …] times a matrix for each channel, as [N, C, …to]. */
function byChannel(x: Tensor, matrix: Tensor, to: readonly number[]): Tensor {
  const channels = x.shape[1] as number;
  const rows = reshape(channelsFirst(x), [channels, -1, sizeOf(spatialOf(x))]);
  return reshape(transpose(matMul(rows, matrix), [1, 0, 2]), [-1, channels, ...to]);
}

/** The depthwise convolution of x [N, C, …] with w [C, 1, …kernel], to positions `to`. */
export const depthwiseConv = (x: Tensor, w: Tensor, axes: readonly Axis[], to: readonly number[]): Tensor =>
  byChannel(x, matrixOf(w, axes, spatialOf(x), to), to);

/** The gradient of its input, of sizes `from`: dy times the same matrices, transposed. */
export const depthwiseInputGrad = (
  dy: Tensor,
  w: Tensor,
  axes: readonly Axis[],
  from: readonly number[],
): Tensor => byChannel(dy, transpose(matrixOf(w, axes, from, spatialOf(dy)), [0, 2, 1]), from);

/** The weight's gradient, [C, kernel]: products of all elements with all positions, of which the kernel's count. */
function weightGradOfAll(x: Tensor, dy: Tensor, axes: readonly Axis[]): Tensor {
  const channels = x.shape[1] as number;
  const [from, to] = [spatialOf(x), spatialOf(dy)];
  const rows = reshape(channelsFirst(x), [channels, -1, sizeOf(from)]);
  const gradients = reshape(channelsFirst(dy), [channels, -1, sizeOf(to)]);
  const products = matMul(transpose(rows, [0, 2, 1]), gradients);
  const taps = transpose(readings(axes, from, to, x.dtype as FloatType), [1, 0]);
  return matMul(reshape(products, [channels, sizeOf(from) * sizeOf(to)]), taps);
}

/** The same row by row: for every row of the kernel, the columns of the rows of x that it reads times those of dy. */
function weightGradOfRows(x: Tensor, dy: Tensor, [vertical, horizontal]: readonly Axis[]): Tensor {
  const channels = x.shape[1] as number;
  const [height, width] = spatialOf(x);
  const [rows, columns] = spatialOf(dy);
  const { stride, dilation, begin } = vertical;
  const [turnedX, turnedDy] = [channelsFirst(x), channelsFirst(dy)];
  const products = Array.from({ length: vertical.kernel }, (_, k) => {
    const offset = k * dilation - begin;
    const first = Math.max(0, Math.ceil(-offset / stride));
    const last = Math.min(rows - 1, Math.floor((height - 1 - offset) / stride));
    const [start, end] = [first, last].map((row) => row * stride + offset);
    // A row of the kernel that lies in the padding everywhere.
    if (last < first) return full([channels, 1, width * columns], 0, x.dtype);
    const read = slice(turnedX, [start], [end + 1], [2], [stride]);
    const given = slice(turnedDy, [first], [last + 1], [2]);
    const product = matMul(
      transpose(reshape(read, [channels, -1, width]), [0, 2, 1]),
      reshape(given, [channels, -1, columns]),
    );
    return reshape(product, [channels, 1, width * columns]);
  });
  const taps = transpose(readings([horizontal], [width], [columns], x.dtype as FloatType), [1, 0]);
  return matMul(concat(products, 1), taps);
}

/** The gradient of a depthwise convolution's weight, [C, 1, …kernel]; undefined where another form is better. */
export function depthwiseWeightGrad(x: Tensor, dy: Tensor, axes: readonly Axis[]): Tensor | undefined {
  const small = isSmallDepthwise(spatialOf(x), spatialOf(dy));
  if (!small && axes.length !== 2) return undefined;
  const taps = (small ? weightGradOfAll : weightGradOfRows)(x, dy, axes);
  return reshape(taps, [x.shape[1] as number, 1, ...axes.map((axis) => axis.kernel)]);
}

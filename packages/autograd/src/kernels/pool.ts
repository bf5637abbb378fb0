import { type Axis, extent, type Geometry } from '../ops/window.ts';
import type { Tensor } from '../tensor.ts';
import { nested } from './tables.ts';

let scratch = new Int32Array(0);

/** The windows of an axis that lie inside of the input as a whole: from the first to before the end. */
function wholeWindows(axis: Axis, size: number, count: number): [first: number, end: number] {
  const first = Math.ceil(axis.begin / axis.stride);
  const end = Math.floor((size + axis.begin - extent(axis)) / axis.stride) + 1;
  return [first, Math.min(count, end)];
}

/** The first place of a window that is inside of the input, and the one after the last. */
function clip(axis: Axis, size: number, position: number): [first: number, end: number] {
  const start = position * axis.stride - axis.begin;
  const first = start >= 0 ? start : start + Math.ceil(-start / axis.dilation) * axis.dilation;
  return [first, Math.min(size, start + extent(axis))];
}

/**
 * The greater of two places, the first of equal ones, and one that is not a number before all. As a mask: which
 * one it is cannot be guessed, and a wrong guess costs as much as ten elements.
 */
const greaterPlace = (data: Float32Array, best: number, k: number): number =>
  best + ((k - best) & -(Number(data[k] > data[best]) | Number(Number.isNaN(data[k]))));

/** Where in x the first maximum of every window is, in row order; valid until the next call. */
export function firstMaxima(x: Tensor, geometry: Geometry, count: number): Int32Array {
  if (scratch.length < count) scratch = new Int32Array(count);
  const at = scratch;
  const data = x.data as Float32Array;
  const { height, width, outHeight, outWidth, vertical, horizontal } = geometry;
  const planes = x.sizes[0] * x.sizes[1];
  const [firstRow, endRow] = wholeWindows(vertical, height, outHeight);
  const [firstColumn, endColumn] = wholeWindows(horizontal, width, outWidth);
  const places = nested(
    [vertical.kernel, vertical.dilation * width],
    [horizontal.kernel, horizontal.dilation],
  );
  let o = 0;
  for (let p = 0; p < planes; p++)
    for (let oy = 0; oy < outHeight; oy++) {
      const wholeRow = oy >= firstRow && oy < endRow;
      const corner = (p * height + oy * vertical.stride - vertical.begin) * width - horizontal.begin;
      for (let ox = 0; ox < outWidth; ox++) {
        if (wholeRow && ox >= firstColumn && ox < endColumn) {
          const start = corner + ox * horizontal.stride;
          let best = start;
          for (let i = 1; i < places.length; i++) best = greaterPlace(data, best, start + places[i]);
          at[o++] = best;
        } else at[o++] = clippedMaximum(data, p * height, geometry, oy, ox);
      }
    }
  return at;
}

/** The first maximum of a window that reaches over the edge. */
function clippedMaximum(
  data: Float32Array,
  plane: number,
  { height, width, vertical, horizontal }: Geometry,
  oy: number,
  ox: number,
): number {
  const [top, bottom] = clip(vertical, height, oy);
  const [left, right] = clip(horizontal, width, ox);
  let best = (plane + top) * width + left;
  for (let y = top; y < bottom; y += vertical.dilation)
    for (let column = left; column < right; column += horizontal.dilation)
      best = greaterPlace(data, best, (plane + y) * width + column);
  return best;
}

/** Sums every window of x into y and divides by the elements that count. */
export function averageWindows(
  x: Tensor,
  y: Tensor,
  geometry: Geometry,
  counts: readonly (readonly number[])[],
): void {
  const from = x.data as Float32Array;
  const to = y.data as Float32Array;
  const { height, width, outHeight, outWidth, vertical, horizontal } = geometry;
  const rows = counts.length === 1 ? [1] : counts[0];
  const columns = counts[counts.length - 1];
  const planes = x.sizes[0] * x.sizes[1];
  let o = 0;
  for (let p = 0; p < planes; p++)
    for (let oy = 0; oy < outHeight; oy++)
      for (let ox = 0; ox < outWidth; ox++) {
        let total = 0;
        for (let i = 0; i < vertical.kernel; i++) {
          const row = oy * vertical.stride - vertical.begin + i * vertical.dilation;
          if (row < 0 || row >= height) continue;
          for (let j = 0; j < horizontal.kernel; j++) {
            const column = ox * horizontal.stride - horizontal.begin + j * horizontal.dilation;
            if (column >= 0 && column < width) total += from[(p * height + row) * width + column];
          }
        }
        to[o++] = total / (rows[oy] * columns[ox]);
      }
}

import type { Geometry } from '../ops/window.ts';
import type { Tensor } from '../tensor.ts';

let scratch = new Int32Array(0);

/** Where in x the first maximum of every window is, in row order; valid until the next call. */
export function firstMaxima(x: Tensor, geometry: Geometry, count: number): Int32Array {
  if (scratch.length < count) scratch = new Int32Array(count);
  const at = scratch;
  const data = x.data as Float32Array;
  const { height, width, outHeight, outWidth, vertical, horizontal } = geometry;
  const planes = x.sizes[0] * x.sizes[1];
  let o = 0;
  for (let p = 0; p < planes; p++)
    for (let oy = 0; oy < outHeight; oy++)
      for (let ox = 0; ox < outWidth; ox++) {
        let best = -1;
        let value = Number.NEGATIVE_INFINITY;
        for (let i = 0; i < vertical.kernel; i++) {
          const y = oy * vertical.stride - vertical.begin + i * vertical.dilation;
          if (y < 0 || y >= height) continue;
          for (let j = 0; j < horizontal.kernel; j++) {
            const column = ox * horizontal.stride - horizontal.begin + j * horizontal.dilation;
            if (column < 0 || column >= width) continue;
            const k = (p * height + y) * width + column;
            const v = data[k];
            if (best < 0 || v > value || Number.isNaN(v)) {
              best = k;
              value = v;
            }
          }
        }
        at[o++] = best;
      }
  return at;
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

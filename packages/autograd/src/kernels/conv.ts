import type { Geometry } from '../ops/window.ts';
import { endInside, firstInside } from '../ops/window.ts';
import type { Tensor } from '../tensor.ts';

type Visit = (weight: number, from: number, to: number, count: number) => void;

/** Calls `visit(weight index, input index, output index, count)` for every row of products of a convolution. */
function forEachProduct(
  geometry: Geometry,
  batch: number,
  channels: number,
  outputs: number,
  group: number,
  visit: Visit,
): void {
  const { height, width, outHeight, outWidth, vertical, horizontal } = geometry;
  const perGroup = channels / group;
  const outputsPerGroup = outputs / group;
  for (let n = 0; n < batch; n++)
    for (let m = 0; m < outputs; m++)
      for (let c = 0; c < perGroup; c++) {
        const plane = (n * channels + Math.floor(m / outputsPerGroup) * perGroup + c) * height;
        for (let i = 0; i < vertical.kernel; i++) {
          const row = i * vertical.dilation;
          const lastRow = endInside(vertical, row, height, outHeight);
          for (let j = 0; j < horizontal.kernel; j++) {
            const column = j * horizontal.dilation;
            const first = firstInside(horizontal, column);
            const end = endInside(horizontal, column, width, outWidth);
            const weight = ((m * perGroup + c) * vertical.kernel + i) * horizontal.kernel + j;
            for (let oy = firstInside(vertical, row); oy < lastRow; oy++) {
              const y = oy * vertical.stride - vertical.begin + row;
              const from = (plane + y) * width + first * horizontal.stride - horizontal.begin + column;
              visit(weight, from, ((n * outputs + m) * outHeight + oy) * outWidth + first, end - first);
            }
          }
        }
      }
}

function addBias(b: Tensor | undefined, y: Tensor): void {
  if (!b) return;
  const to = y.data as Float32Array;
  const bias = b.data as Float32Array;
  const plane = y.size / (y.sizes[0] * y.sizes[1]);
  for (let i = 0; i < y.sizes[0] * y.sizes[1]; i++)
    for (let k = i * plane; k < (i + 1) * plane; k++) to[k] += bias[i % y.sizes[1]];
}

export function convForward(
  x: Tensor,
  w: Tensor,
  b: Tensor | undefined,
  y: Tensor,
  geometry: Geometry,
  group: number,
): void {
  const xs = x.data as Float32Array;
  const ws = w.data as Float32Array;
  const ys = y.data as Float32Array;
  const step = geometry.horizontal.stride;
  forEachProduct(geometry, x.sizes[0], x.sizes[1], y.sizes[1], group, (weight, from, to, count) => {
    const v = ws[weight];
    for (let i = 0; i < count; i++) ys[to + i] += v * xs[from + i * step];
  });
  addBias(b, y);
}

export function convInputGrad(
  dy: Tensor,
  w: Tensor,
  b: Tensor | undefined,
  dx: Tensor,
  geometry: Geometry,
  group: number,
): void {
  const dxs = dx.data as Float32Array;
  const ws = w.data as Float32Array;
  const dys = dy.data as Float32Array;
  const step = geometry.horizontal.stride;
  forEachProduct(geometry, dx.sizes[0], dx.sizes[1], dy.sizes[1], group, (weight, from, to, count) => {
    const v = ws[weight];
    for (let i = 0; i < count; i++) dxs[from + i * step] += v * dys[to + i];
  });
  addBias(b, dx);
}

export function convWeightGradient(
  x: Tensor,
  dy: Tensor,
  dw: Tensor,
  geometry: Geometry,
  group: number,
): void {
  const xs = x.data as Float32Array;
  const dws = dw.data as Float32Array;
  const dys = dy.data as Float32Array;
  const step = geometry.horizontal.stride;
  forEachProduct(geometry, x.sizes[0], x.sizes[1], dy.sizes[1], group, (weight, from, to, count) => {
    let total = 0;
    for (let i = 0; i < count; i++) total += dys[to + i] * xs[from + i * step];
    dws[weight] += total;
  });
}

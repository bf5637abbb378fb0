import { type Axis, extent, type Geometry } from '../ops/window.ts';
import type { Tensor } from '../tensor.ts';
import { multiplyInto } from './gemm.ts';
import { layoutWith, type Margins, withMargins } from './padding.ts';
import { nested } from './tables.ts';

/** Pictures taken together, so that a product has about `wanted` positions. */
const together = (pictures: number, positions: number, wanted: number): number =>
  Math.min(pictures, Math.max(1, Math.round(wanted / positions)));

const floats = (x: Tensor): Float32Array => x.data as Float32Array;

/** Every plane of y starts as its channel's bias. */
function fillBias(b: Tensor | undefined, y: Tensor): void {
  if (!b) return;
  const bias = floats(b);
  const to = floats(y);
  const plane = to.length / (y.sizes[0] * bias.length);
  for (let start = 0, p = 0; start < to.length; start += plane, p++)
    to.fill(bias[p % bias.length], start, start + plane);
}

/** How far the windows of an axis reach over the ends of the input. */
const overhang = (axis: Axis, size: number, count: number): [number, number] => [
  axis.begin,
  Math.max(0, (count - 1) * axis.stride + extent(axis) - axis.begin - size),
];

function inputMargins({ vertical, horizontal, height, width, outHeight, outWidth }: Geometry): Margins {
  const [top, bottom] = overhang(vertical, height, outHeight);
  const [left, right] = overhang(horizontal, width, outWidth);
  return { top, bottom, left, right };
}

/**
 * How windows are read from x with margins: where each begins, over `count` pictures, and where the elements of one
 * lie from there, over the channels of a group.
 */
function readingOf(geometry: Geometry, count: number, channels: number, inGroup: number) {
  const { height, width, outHeight, outWidth, vertical, horizontal } = geometry;
  const margins = inputMargins(geometry);
  const { row, plane } = layoutWith(height, width, margins);
  const windows = nested(
    [count, channels * plane],
    [outHeight, vertical.stride * row],
    [outWidth, horizontal.stride],
  );
  const taps = nested(
    [inGroup, plane],
    [vertical.kernel, vertical.dilation * row],
    [horizontal.kernel, horizontal.dilation],
  );
  return { margins, plane, windows, taps };
}

/** y = x ⋆ w + b: for each group, w [M, C·kH·kW] times the windows of x, which are never written out. */
export function convForward(
  x: Tensor,
  w: Tensor,
  b: Tensor | undefined,
  y: Tensor,
  geometry: Geometry,
  group: number,
): void {
  fillBias(b, y);
  const { height, width, outHeight, outWidth, vertical, horizontal } = geometry;
  const [batch, channels] = x.sizes;
  const outputs = y.sizes[1];
  const [inGroup, outGroup] = [channels / group, outputs / group];
  const positions = outHeight * outWidth;
  const depth = inGroup * vertical.kernel * horizontal.kernel;
  const count = together(batch, positions, 128);
  const { margins, plane, windows, taps } = readingOf(geometry, count, channels, inGroup);
  const weightRows = nested([outGroup, depth]);
  const weightColumns = nested([depth, 1]);
  const rows = nested([outGroup, positions]);
  const columns = nested([count, outputs * positions], [positions, 1]);
  for (let n = 0; n < batch; n += count) {
    const pictures = Math.min(count, batch - n);
    const source = withMargins(floats(x), n * channels, pictures * channels, height, width, margins);
    for (let g = 0; g < group; g++)
      multiplyInto(
        { data: y.data, base: (n * outputs + g * outGroup) * positions, rows, columns },
        { data: w.data, base: g * outGroup * depth, outer: weightRows, inner: weightColumns },
        { data: source.data, base: source.base + g * inGroup * plane, outer: windows, inner: taps },
        outGroup,
        pictures * positions,
        depth,
      );
  }
}

/** dw = x ⋆ dy: for each group, dy [M, positions] times the windows of x, summed over pictures. */
export function convWeightGradient(
  x: Tensor,
  dy: Tensor,
  dw: Tensor,
  geometry: Geometry,
  group: number,
): void {
  const { height, width, outHeight, outWidth, vertical, horizontal } = geometry;
  const [batch, channels] = x.sizes;
  const outputs = dy.sizes[1];
  const [inGroup, outGroup] = [channels / group, outputs / group];
  const positions = outHeight * outWidth;
  const size = inGroup * vertical.kernel * horizontal.kernel;
  const count = together(batch, positions, 384);
  const { margins, plane, windows, taps } = readingOf(geometry, count, channels, inGroup);
  const cotangentRows = nested([outGroup, positions]);
  const cotangentColumns = nested([count, outputs * positions], [positions, 1]);
  const rows = nested([outGroup, size]);
  const columns = nested([size, 1]);
  for (let n = 0; n < batch; n += count) {
    const pictures = Math.min(count, batch - n);
    const source = withMargins(floats(x), n * channels, pictures * channels, height, width, margins);
    for (let g = 0; g < group; g++)
      multiplyInto(
        { data: dw.data, base: g * outGroup * size, rows, columns },
        {
          data: dy.data,
          base: (n * outputs + g * outGroup) * positions,
          outer: cotangentRows,
          inner: cotangentColumns,
        },
        { data: source.data, base: source.base + g * inGroup * plane, outer: taps, inner: windows },
        outGroup,
        size,
        pictures * positions,
      );
  }
}

/** The rows (or columns) of dx with the same remainder by the stride: they see the same elements of the window. */
interface Phase {
  readonly first: number;
  readonly count: number;
  /** Elements of the window they see. */
  readonly elements: readonly number[];
  /** For each of those, where in dy the first of them looks. */
  readonly shifts: readonly number[];
}

/** dx[y] collects w[i] dy[(y + begin − i·dilation) / stride] where the division is exact. */
function phasesOf({ kernel, stride, dilation, begin }: Axis, size: number): Phase[] {
  return Array.from({ length: Math.min(stride, size) }, (_, first) => {
    const all = Array.from({ length: kernel }, (_, i) => i);
    const elements = all.filter((i) => (first + begin - i * dilation) % stride === 0);
    return {
      first,
      count: Math.ceil((size - first) / stride),
      elements,
      shifts: elements.map((i) => (first + begin - i * dilation) / stride),
    };
  });
}

/** How far phases look over the ends of dy. */
function phaseMargins(phases: readonly Phase[], size: number): [number, number] {
  let before = 0;
  let after = 0;
  for (const { shifts, count } of phases)
    for (const shift of shifts) {
      before = Math.max(before, -shift);
      after = Math.max(after, shift + count - size);
    }
  return [before, after];
}

/**
 * dx from dy without padding: wᵀ dy gives for every window the elements that x gets from it, and each is added where
 * it belongs. Takes no products with zeros, but stores kH·kW times as much.
 */
function scatterInputGrad(dy: Tensor, w: Tensor, dx: Tensor, geometry: Geometry, group: number): void {
  const { height, width, outHeight, outWidth, vertical, horizontal } = geometry;
  const [batch, outputs] = dy.sizes;
  const channels = dx.sizes[1];
  const [inGroup, outGroup] = [channels / group, outputs / group];
  const plane = height * width;
  const positions = outHeight * outWidth;
  const size = inGroup * vertical.kernel * horizontal.kernel;
  const rows = nested(
    [inGroup, plane],
    [vertical.kernel, vertical.dilation * width],
    [horizontal.kernel, horizontal.dilation],
  );
  const columns = nested(
    [batch, channels * plane],
    [outHeight, vertical.stride * width],
    [outWidth, horizontal.stride],
  );
  const weightRows = nested([size, 1]);
  const weightColumns = nested([outGroup, size]);
  const cotangentRows = nested([batch, outputs * positions], [positions, 1]);
  const cotangentColumns = nested([outGroup, positions]);
  for (let g = 0; g < group; g++)
    multiplyInto(
      { data: dx.data, base: g * inGroup * plane, rows, columns },
      { data: w.data, base: g * outGroup * size, outer: weightRows, inner: weightColumns },
      { data: dy.data, base: g * outGroup * positions, outer: cotangentRows, inner: cotangentColumns },
      size,
      batch * positions,
      outGroup,
    );
}

/** Whether scattering costs less: a store is worth about four multiply-adds, as measured on V8. */
function scatterPays(geometry: Geometry, outGroup: number): boolean {
  const { height, width, outHeight, outWidth, vertical, horizontal } = geometry;
  if (vertical.begin + vertical.end + horizontal.begin + horizontal.end > 0 || outGroup < 8) return false;
  const gathered = (height * width * outGroup) / (vertical.stride * horizontal.stride);
  return outHeight * outWidth * (outGroup + 4) < gathered;
}

/**
 * dx from dy = the cotangent of x ⋆ w (plus b, as a transposed convolution has it). Every phase of the stride is a
 * convolution of stride 1 with some of the window's elements, so that nothing is scattered and nothing wasted.
 */
export function convInputGrad(
  dy: Tensor,
  w: Tensor,
  b: Tensor | undefined,
  dx: Tensor,
  geometry: Geometry,
  group: number,
): void {
  fillBias(b, dx);
  const { height, width, outHeight, outWidth, vertical, horizontal } = geometry;
  const [batch, outputs] = dy.sizes;
  const channels = dx.sizes[1];
  const [inGroup, outGroup] = [channels / group, outputs / group];
  if (scatterPays(geometry, outGroup)) {
    scatterInputGrad(dy, w, dx, geometry, group);
    return;
  }
  const size = vertical.kernel * horizontal.kernel;
  const down = phasesOf(vertical, height);
  const across = phasesOf(horizontal, width);
  const [top, bottom] = phaseMargins(down, outHeight);
  const [left, right] = phaseMargins(across, outWidth);
  const margins = { top, bottom, left, right };
  const count = together(batch, down[0].count * across[0].count, 128);
  const { row, plane } = layoutWith(outHeight, outWidth, margins);
  const weightRows = nested([inGroup, size]);
  const rows = nested([inGroup, height * width]);
  for (let n = 0; n < batch; n += count) {
    const pictures = Math.min(count, batch - n);
    const source = withMargins(floats(dy), n * outputs, pictures * outputs, outHeight, outWidth, margins);
    for (const v of down)
      for (const h of across) {
        const taps: number[] = [];
        const weights: number[] = [];
        for (let m = 0; m < outGroup; m++)
          v.elements.forEach((i, vi) => {
            h.elements.forEach((j, hi) => {
              weights.push(m * inGroup * size + i * horizontal.kernel + j);
              taps.push(m * plane + (top + v.shifts[vi]) * row + left + h.shifts[hi]);
            });
          });
        const inner = Int32Array.from(taps);
        const weightColumns = Int32Array.from(weights);
        const outer = nested([pictures, outputs * plane], [v.count, row], [h.count, 1]);
        const columns = nested(
          [pictures, channels * height * width],
          [v.count, vertical.stride * width],
          [h.count, horizontal.stride],
        );
        const corner = v.first * width + h.first;
        for (let g = 0; g < group; g++)
          multiplyInto(
            { data: dx.data, base: (n * channels + g * inGroup) * height * width + corner, rows, columns },
            { data: w.data, base: g * outGroup * inGroup * size, outer: weightRows, inner: weightColumns },
            { data: source.data, base: source.base + g * outGroup * plane, outer, inner },
            inGroup,
            pictures * v.count * h.count,
            inner.length,
          );
      }
  }
}

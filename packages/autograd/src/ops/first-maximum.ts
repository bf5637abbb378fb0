import type { Target } from '../op.ts';
import type { Tensor } from '../tensor.ts';
import type { TensorType } from '../types.ts';
import { add, mul } from './arithmetic.ts';
import { and, equal, greater, not } from './compare.ts';
import { concat, split } from './concat.ts';
import { maximum } from './min-max.ts';
import { pad } from './pad.ts';
import { reshape } from './reshape.ts';
import { indicator } from './select.ts';
import { slice } from './slice.ts';
import { type Axis, extent } from './window.ts';

// Where windows have their first maximum in row order, as ONNX computes it fast. Row order lets the two axes be
// taken one after the other: the first row that has the maximum, and in it the first column.

/** Less than any number, and unlike −∞ still 0 when multiplied by 0. */
const outside = -3.4e38;

/** Windows along one axis of a tensor, and how many there are. */
interface Line {
  readonly at: number;
  readonly axis: Axis;
  readonly count: number;
  readonly size: number;
}

/** The axes along which windows do more than pick every element once, columns before rows. */
const linesOf = (x: TensorType, out: TensorType, axes: readonly Axis[]): Line[] =>
  axes
    .map((axis, i) => ({
      at: i + 2,
      axis,
      count: out.shape[i + 2] as number,
      size: x.shape[i + 2] as number,
    }))
    .filter(({ axis, count, size }) => axis.kernel > 1 || count !== size || axis.begin > 0)
    .reverse();

/** Elements that windows reach over, and how many of them lie after the end of the tensor. */
function reachOf({ axis, count, size }: Line): { reach: number; after: number } {
  const reach = (count - 1) * axis.stride + extent(axis);
  return { reach, after: Math.max(0, reach - axis.begin - size) };
}

function padLine(x: Tensor, at: number, before: number, after: number, value?: number): Tensor {
  if (before === 0 && after === 0) return x;
  const pads = new Array<number>(2 * x.rank).fill(0);
  pads[at] = before;
  pads[at + x.rank] = after;
  return pad(x, pads, value);
}

/** The k-th elements of all windows, for every k. */
function partsOf(x: Tensor, line: Line, fill: number): Tensor[] {
  const { at, axis, count } = line;
  const padded = padLine(x, at, axis.begin, reachOf(line).after, fill);
  return Array.from({ length: axis.kernel }, (_, k) => {
    const first = k * axis.dilation;
    const end = first + (count - 1) * axis.stride + 1;
    return slice(padded, [first], [end], [at], [axis.stride]);
  });
}

/** For every place of a window, whether the first maximum is there; the last place has what is left. */
function firstOf(hits: readonly Tensor[]): Tensor[] {
  let none: Tensor | undefined;
  return hits.map((hit, k) => {
    if (k === hits.length - 1 && none) return none;
    const first = none ? and(hit, none) : hit;
    none = none ? and(none, not(hit)) : not(hit);
    return first;
  });
}

/** The transpose of `partsOf`: adds the parts up where they were read. */
function scatter(parts: readonly Tensor[], line: Line): Tensor {
  const { at, axis, size } = line;
  const { stride, begin, dilation, kernel } = axis;
  const { reach } = reachOf(line);
  const blocks = Math.ceil(reach / stride);
  // Place k of window w is element w · stride + k · dilation: of those with one remainder each is a shift.
  const remainders = new Array<Tensor | undefined>(stride).fill(undefined);
  for (let k = 0; k < kernel; k++) {
    const shift = Math.floor((k * dilation) / stride);
    const remainder = (k * dilation) % stride;
    const moved = padLine(parts[k], at, shift, blocks - line.count - shift);
    const before = remainders[remainder];
    remainders[remainder] = before ? add(before, moved) : moved;
  }
  const sizes = parts[0].shape.slice(at + 1) as number[];
  const kept = new Array<number>(at).fill(0);
  const split = remainders.map((x) => x && reshape(x, [...kept, blocks, 1, ...sizes]));
  const present = split.filter((x) => x !== undefined);
  const woven =
    present.length === stride
      ? concat(present, at + 1)
      : split.flatMap((x, r) => (x ? [padLine(x, at + 1, r, stride - 1 - r)] : [])).reduce(add);
  return fit(reshape(woven, [...kept, blocks * stride, ...sizes]), at, begin, size);
}

/** `size` elements along an axis from `begin` on, with zeros where there are none. */
function fit(x: Tensor, at: number, begin: number, size: number): Tensor {
  const length = x.shape[at] as number;
  const end = Math.min(begin + size, length);
  const cut = begin === 0 && end === length ? x : slice(x, [begin], [end], [at]);
  return padLine(cut, at, 0, size - (end - begin));
}

interface Stage {
  readonly line: Line;
  /** For each place of a window, where the first maximum is there. */
  readonly first: readonly Tensor[];
}

/** Whether one window covers the whole axis, element by element. */
const isWhole = ({ axis, size, count }: Line): boolean =>
  count === 1 && axis.kernel === size && axis.dilation === 1 && axis.begin === 0;

function stagesOf(x: Tensor, pooled: Tensor, axes: readonly Axis[], target: Target): Stage[] {
  const lines = linesOf(x, pooled, axes);
  let from = x;
  return lines.map((line, i) => {
    const last = i === lines.length - 1;
    if (last && isWhole(line)) {
      return { line, first: firstOf(hitsOf(from, pooled, line, target)) };
    }
    const parts = partsOf(from, line, outside);
    from = last ? pooled : parts.reduce(maximum);
    return { line, first: firstOf(parts.map((part) => equal(part, from))) };
  });
}

/** For every place of a window that covers the axis, whether the maximum is there. */
function hitsOf(x: Tensor, pooled: Tensor, { at, size }: Line, target: Target): Tensor[] {
  const sizes = new Array<number>(size).fill(1);
  const hits = equal(x, pooled);
  // WebGPU splits and joins numbers, not bools.
  if (target === 'portable') return split(indicator(hits, x), sizes, at).map((hit) => greater(hit, 0));
  return split(hits, sizes, at);
}

/**
 * Brings dy, given for every window, to the first maximum that the window has in x.
 * @param pooled the maxima of the windows
 */
export function toFirstMaximum(
  x: Tensor,
  pooled: Tensor,
  dy: Tensor,
  axes: readonly Axis[],
  target: Target,
): Tensor {
  return stagesOf(x, pooled, axes, target).reduceRight((d, { line, first }) => {
    if (isWhole(line) && target === 'portable')
      return mul(
        concat(
          first.map((place) => indicator(place, d)),
          line.at,
        ),
        d,
      );
    if (isWhole(line)) return mul(indicator(concat(first, line.at), d), d);
    return scatter(
      first.map((place) => mul(indicator(place, d), d)),
      line,
    );
  }, dy);
}

/** Picks from v, for every window, what stands where x has the window's first maximum. */
export function fromFirstMaximum(
  x: Tensor,
  pooled: Tensor,
  v: Tensor,
  axes: readonly Axis[],
  target: Target,
): Tensor {
  return stagesOf(x, pooled, axes, target).reduce((from, { line, first }) => {
    const values = partsOf(from, line, 0);
    return first.map((place, k) => mul(indicator(place, from), values[k])).reduce(add);
  }, v);
}

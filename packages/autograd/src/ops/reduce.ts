import { attr } from '../attributes.ts';
import { defineOp, type InferInput, type Op } from '../op.ts';
import { int64s, type Tensor } from '../tensor.ts';
import { type NumberArray, normalizeAxis, sameShape, type TensorType } from '../types.ts';
import { div, mul } from './arithmetic.ts';
import { equal } from './compare.ts';
import { floatsOf, forEachRow, writeNumbers } from './elementwise.ts';
import { expand } from './expand.ts';
import { reshape } from './reshape.ts';
import { inputOrAttribute } from './rules.ts';
import { indicator } from './select.ts';
import { sign } from './unary.ts';

export interface ReduceOptions {
  /** Axes to reduce over; all of them unless given. Negative ones count from the end. */
  readonly axes?: number | readonly number[];
  /** Whether reduced axes stay, with size 1. */
  readonly keepDims?: boolean;
}

/** Axes are an input in opset 18 (for sums from 13 on) and an attribute before. */
const reduceRules = { axes: attr.ints(), keepdims: attr.int(1), noopWithEmptyAxes: attr.int() };

interface ReduceAttributes {
  readonly axes: readonly number[] | undefined;
  readonly keepdims: number;
  readonly noopWithEmptyAxes: number | undefined;
}

function reducedAxes(
  where: string,
  [x, axes]: readonly InferInput[],
  attributes: ReduceAttributes,
): number[] {
  const rank = x.shape.length;
  const given = inputOrAttribute(where, 'axes', axes, attributes.axes);
  if (given && given.length > 0) return given.map((axis) => normalizeAxis(where, axis, rank));
  return attributes.noopWithEmptyAxes ? [] : Array.from({ length: rank }, (_, i) => i);
}

const keptShape = (x: TensorType, axes: readonly number[]) =>
  x.shape.map((dim, i) => (axes.includes(i) ? 1 : dim));

/** How a reduction treats each element and what it makes of the total. */
interface Reduction {
  readonly start: number;
  /** The total of `from[at]` to `from[at + n - 1]`, beginning with `total`. */
  readonly alongRow: (total: number, from: NumberArray, at: number, n: number) => number;
  /** Takes a row of `from` into a row of totals. */
  readonly intoRow: (totals: Float64Array, to: number, from: NumberArray, at: number, n: number) => void;
  readonly finish?: (totals: Float64Array, count: number) => void;
}

interface ReduceDefinition extends Reduction {
  readonly type: string;
  /** The cotangent of x, given x, the result y and its cotangent, both with the reduced axes kept, and how many elements made one. */
  readonly gradient: (x: Tensor, y: () => Tensor, dy: Tensor, count: number) => Tensor;
}

function defineReduce({ type, gradient, ...reduction }: ReduceDefinition): Op<typeof reduceRules> {
  const where = type.replace('Reduce', '').toLowerCase();
  return defineOp({
    type,
    attributes: reduceRules,
    infer: (inputs, attributes) => {
      const [x] = inputs;
      const reduced = reducedAxes(where, inputs, attributes);
      const shape = attributes.keepdims
        ? keptShape(x, reduced)
        : x.shape.filter((_, i) => !reduced.includes(i));
      return [{ dtype: x.dtype, shape }];
    },
    kernel: (inputs, attributes, [y]) => {
      const [x] = inputs;
      reduceInto(x, keptShape(x, reducedAxes(where, inputs, attributes)) as number[], y, reduction);
    },
    vjp: ({ inputs, outputs: [y], attributes, cotangents: [dy] }) => [
      () => {
        const [x] = inputs;
        const kept = keptShape(x, reducedAxes(where, inputs, attributes)) as number[];
        const keep = (reduced: Tensor) => (sameShape(reduced.shape, kept) ? reduced : reshape(reduced, kept));
        return gradient(x, () => keep(y), keep(dy), x.size / y.size);
      },
      null,
    ],
  });
}

function reduceInto(
  x: Tensor,
  kept: readonly number[],
  y: Tensor,
  { start, alongRow, intoRow, finish }: Reduction,
): void {
  const from = floatsOf(x.data);
  const totals = new Float64Array(y.data.length);
  if (start !== 0) totals.fill(start);
  forEachRow(x.sizes, [kept], ([to], at, length, [step]) => {
    if (step === 1) intoRow(totals, to, from, at, length);
    else totals[to] = alongRow(totals[to], from, at, length);
  });
  finish?.(totals, x.size / y.size);
  writeNumbers(y.data, totals);
}

const addRow: Pick<Reduction, 'start' | 'alongRow' | 'intoRow'> = {
  start: 0,
  alongRow: (total, from, at, n) => {
    for (let i = at; i < at + n; i++) total += from[i];
    return total;
  },
  intoRow: (totals, to, from, at, n) => {
    for (let i = 0; i < n; i++) totals[to + i] += from[at + i];
  },
};

const addSquares: typeof addRow = {
  start: 0,
  alongRow: (total, from, at, n) => {
    for (let i = at; i < at + n; i++) total += from[i] * from[i];
    return total;
  },
  intoRow: (totals, to, from, at, n) => {
    for (let i = 0; i < n; i++) totals[to + i] += from[at + i] * from[at + i];
  },
};

/** Any other fold, at the price of a call for each element. */
const foldOf = (start: number, fold: (total: number, x: number) => number): typeof addRow => ({
  start,
  alongRow: (total, from, at, n) => {
    for (let i = at; i < at + n; i++) total = fold(total, from[i]);
    return total;
  },
  intoRow: (totals, to, from, at, n) => {
    for (let i = 0; i < n; i++) totals[to + i] = fold(totals[to + i], from[at + i]);
  },
});

/** The extreme's cotangent goes to the elements that equal it, in equal shares. */
function shareOut(x: Tensor, y: Tensor, dy: Tensor): Tensor {
  const hits = indicator(equal(x, y), dy);
  const axes = y.shape.flatMap((dim, i) => (dim !== x.shape[i] ? [i] : []));
  const ties = axes.length > 0 ? sum(hits, { axes, keepDims: true }) : hits;
  return mul(hits, div(dy, ties));
}

/** d(sum x) = Σ dx */
export const ReduceSum = defineReduce({
  type: 'ReduceSum',
  ...addRow,
  gradient: (x, _, dy) => expand(dy, x.sizes),
});

/** d(mean x) = Σ dx / n */
export const ReduceMean = defineReduce({
  type: 'ReduceMean',
  ...addRow,
  finish: (totals, count) => {
    for (let i = 0; i < totals.length; i++) totals[i] /= count;
  },
  gradient: (x, _, dy, count) => expand(mul(dy, 1 / count), x.sizes),
});

/** The largest element; elements that tie share the cotangent equally. */
export const ReduceMax = defineReduce({
  type: 'ReduceMax',
  ...foldOf(Number.NEGATIVE_INFINITY, (total, x) => Math.max(total, x)),
  gradient: (x, y, dy) => shareOut(x, y(), dy),
});

/** The smallest element; elements that tie share the cotangent equally. */
export const ReduceMin = defineReduce({
  type: 'ReduceMin',
  ...foldOf(Number.POSITIVE_INFINITY, (total, x) => Math.min(total, x)),
  gradient: (x, y, dy) => shareOut(x, y(), dy),
});

/** d(Π x) = Σ (Π x / x) dx; not for elements that are 0 */
export const ReduceProd = defineReduce({
  type: 'ReduceProd',
  ...foldOf(1, (total, x) => total * x),
  gradient: (x, y, dy) => div(mul(dy, y()), x),
});

/** d(Σ x²) = 2 Σ x dx */
export const ReduceSumSquare = defineReduce({
  type: 'ReduceSumSquare',
  ...addSquares,
  gradient: (x, _, dy) => mul(x, mul(dy, 2)),
});

/** d√(Σ x²) = Σ x dx / √(Σ x²) */
export const ReduceL2 = defineReduce({
  type: 'ReduceL2',
  ...addSquares,
  finish: (totals) => {
    for (let i = 0; i < totals.length; i++) totals[i] = Math.sqrt(totals[i]);
  },
  gradient: (x, y, dy) => mul(x, div(dy, y())),
});

/** d(Σ |x|) = Σ sign(x) dx */
export const ReduceL1 = defineReduce({
  type: 'ReduceL1',
  ...foldOf(0, (total, x) => total + Math.abs(x)),
  gradient: (x, _, dy) => mul(sign(x), dy),
});

const axesInput = ({ axes }: ReduceOptions): Tensor | undefined =>
  axes === undefined ? undefined : int64s([axes].flat() as number[]);

const reduceWith = (op: Op<typeof reduceRules>, x: Tensor, options: ReduceOptions): Tensor => {
  const keepdims = options.keepDims ? 1 : 0;
  return op.call([x, axesInput(options)], { keepdims })[0];
};

/** The sum over `axes`. */
export const sum = (x: Tensor, options: ReduceOptions = {}): Tensor => reduceWith(ReduceSum, x, options);
/** The mean over `axes`. */
export const mean = (x: Tensor, options: ReduceOptions = {}): Tensor => reduceWith(ReduceMean, x, options);
/** The largest element over `axes`; elements that tie share the gradient equally. */
export const max = (x: Tensor, options: ReduceOptions = {}): Tensor => reduceWith(ReduceMax, x, options);
/** The smallest element over `axes`; elements that tie share the gradient equally. */
export const min = (x: Tensor, options: ReduceOptions = {}): Tensor => reduceWith(ReduceMin, x, options);

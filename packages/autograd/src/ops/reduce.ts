import { InputError } from '../errors.ts';
import { defineOp, type InferInput } from '../op.ts';
import { int64s, type Tensor } from '../tensor.ts';
import { formatType, type NumberArray, normalizeAxis, type TensorType } from '../types.ts';
import { forEachRow } from './elementwise.ts';
import { expand } from './expand.ts';
import { reshape } from './reshape.ts';

export interface ReduceOptions {
  /** Axes to reduce over; all of them unless given. Negative ones count from the end. */
  readonly axes?: number | readonly number[];
  /** Whether reduced axes stay, with size 1. */
  readonly keepDims?: boolean;
}

function reducedAxes(where: string, x: InferInput, axes: InferInput | undefined): number[] {
  if (!axes) return x.shape.map((_, i) => i);
  if (!axes.known) throw new InputError(where, 'constant axes', formatType(axes));
  return axes.known.toArray().map((axis) => normalizeAxis(where, axis, x.shape.length));
}

const keptShape = (x: TensorType, axes: readonly number[]) =>
  x.shape.map((dim, i) => (axes.includes(i) ? 1 : dim));

const inferReduce =
  (where: string) =>
  ([x, axes]: readonly InferInput[], { keepdims }: { keepdims: number }): [TensorType] => {
    const reduced = reducedAxes(where, x, axes);
    const shape = keepdims ? keptShape(x, reduced) : x.shape.filter((_, i) => !reduced.includes(i));
    return [{ dtype: x.dtype, shape }];
  };

/** d(sum x) = dx summed; the cotangent spreads over the reduced axes */
export const ReduceSum = defineOp({
  type: 'ReduceSum',
  attributes: { keepdims: { kind: 'int', default: 1 }, noopWithEmptyAxes: { kind: 'int', default: 0 } },
  infer: inferReduce('sum'),
  kernel: ([x, axes], _, [y]) => {
    const kept = keptShape(x, reducedAxes('sum', x, axes)) as number[];
    const from = x.data as NumberArray;
    const to = y.data as NumberArray;
    forEachRow(x.sizes, [kept], ([to0], start, length, [step]) => {
      if (step === 1) for (let i = 0; i < length; i++) to[to0 + i] += from[start + i];
      else {
        let total = 0;
        for (let i = 0; i < length; i++) total += from[start + i];
        to[to0] += total;
      }
    });
  },
  vjp: ({ inputs: [x, axes], cotangents: [dy] }) => [
    () => expand(reshape(dy, keptShape(x, reducedAxes('sum', x, axes)) as number[]), x.sizes),
    null,
  ],
});

const axesInput = ({ axes }: ReduceOptions) =>
  axes === undefined ? undefined : int64s([axes].flat() as number[]);

/** The sum over `axes`. */
export const sum = (x: Tensor, options: ReduceOptions = {}): Tensor =>
  ReduceSum.call([x, axesInput(options)] as Tensor[], { keepdims: options.keepDims ? 1 : 0 })[0];

import { attr } from '../attributes.ts';
import { defineOp } from '../op.ts';
import { requireFloat, type Tensor } from '../tensor.ts';
import { type NumberArray, normalizeAxis, sizeOf, type TensorType } from '../types.ts';
import { mul, sub } from './arithmetic.ts';
import { sum } from './reduce.ts';
import { exp } from './unary.ts';

const inferSoftmax =
  (where: string) =>
  ([x]: readonly TensorType[], { axis }: { axis: number }): [TensorType] => {
    requireFloat(where, x);
    normalizeAxis(where, axis, x.shape.length);
    return [{ dtype: x.dtype, shape: x.shape }];
  };

/** Calls `line(start, stride, length)` for every line of elements along the axis. */
function forEachLine(
  x: Tensor,
  axis: number,
  line: (start: number, stride: number, length: number) => void,
): void {
  const at = normalizeAxis('softmax', axis, x.rank);
  const stride = sizeOf(x.sizes.slice(at + 1));
  const length = x.sizes[at];
  for (let outer = 0; outer < x.size; outer += stride * length)
    for (let inner = 0; inner < stride; inner++) line(outer + inner, stride, length);
}

function largestOf(x: NumberArray, start: number, stride: number, length: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = start, end = start + length * stride; i < end; i += stride) largest = Math.max(largest, x[i]);
  return largest;
}

/** y = eˣ / Σ eˣ along the axis; dx = y (dy − Σ y dy) */
export const Softmax = defineOp({
  type: 'Softmax',
  attributes: { axis: attr.int(-1) },
  infer: inferSoftmax('softmax'),
  kernel: ([x], { axis }, [y]) => {
    const from = x.data as NumberArray;
    const to = y.data as NumberArray;
    forEachLine(x, axis, (start, stride, length) => {
      const largest = largestOf(from, start, stride, length);
      const end = start + length * stride;
      let total = 0;
      for (let i = start; i < end; i += stride) {
        const power = Math.exp(from[i] - largest);
        to[i] = power;
        total += power;
      }
      for (let i = start; i < end; i += stride) to[i] /= total;
    });
  },
  vjp: ({ outputs: [y], attributes: { axis }, cotangents: [dy] }) => [
    () => mul(y, sub(dy, sum(mul(y, dy), { axes: axis, keepDims: true }))),
  ],
});

/** y = x − log Σ eˣ along the axis; dx = dy − e^y Σ dy */
export const LogSoftmax = defineOp({
  type: 'LogSoftmax',
  attributes: { axis: attr.int(-1) },
  infer: inferSoftmax('logSoftmax'),
  kernel: ([x], { axis }, [y]) => {
    const from = x.data as NumberArray;
    const to = y.data as NumberArray;
    forEachLine(x, axis, (start, stride, length) => {
      const largest = largestOf(from, start, stride, length);
      const end = start + length * stride;
      let total = 0;
      for (let i = start; i < end; i += stride) total += Math.exp(from[i] - largest);
      const shift = largest + Math.log(total);
      for (let i = start; i < end; i += stride) to[i] = from[i] - shift;
    });
  },
  vjp: ({ outputs: [y], attributes: { axis }, cotangents: [dy] }) => [
    () => sub(dy, mul(exp(y), sum(dy, { axes: axis, keepDims: true }))),
  ],
});

/** eˣ / Σ eˣ along `axis`. */
export const softmax = (x: Tensor, axis = -1): Tensor => Softmax.call([x], { axis })[0];
/** The logarithm of the softmax along `axis`, without overflow. */
export const logSoftmax = (x: Tensor, axis = -1): Tensor => LogSoftmax.call([x], { axis })[0];

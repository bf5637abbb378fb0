import { attr } from '../attributes.ts';
import { defineOp } from '../op.ts';
import { requireFloat, type Tensor } from '../tensor.ts';
import { type NumberArray, normalizeAxis, sizeOf, type TensorType } from '../types.ts';
import { mul, sub } from './arithmetic.ts';
import { max, sum } from './reduce.ts';
import { exp, log } from './unary.ts';

const inferSoftmax =
  (where: string) =>
  ([x]: readonly TensorType[], { axis }: { axis: number }): [TensorType] => {
    requireFloat(where, x);
    normalizeAxis(where, axis, x.shape.length);
    return [{ dtype: x.dtype, shape: x.shape }];
  };

/** Writes a line of elements of y, from `start` in steps of `stride` to before `end`; the largest of x is known. */
type Line = (
  y: NumberArray,
  x: NumberArray,
  start: number,
  end: number,
  stride: number,
  largest: number,
) => void;

/** A kernel that goes along the lines of the axis; the largest element is found first, as eˣ would overflow. */
const alongAxis =
  (line: Line) =>
  ([x]: readonly Tensor[], { axis }: { axis: number }, [y]: readonly Tensor[]): void => {
    const from = x.data as NumberArray;
    const to = y.data as NumberArray;
    const at = normalizeAxis('softmax', axis, x.rank);
    const stride = sizeOf(x.sizes.slice(at + 1));
    const length = x.sizes[at] * stride;
    for (let outer = 0; outer < x.size; outer += length)
      for (let start = outer; start < outer + stride; start++) {
        const end = start + length;
        let largest = Number.NEGATIVE_INFINITY;
        for (let i = start; i < end; i += stride) largest = Math.max(largest, from[i]);
        line(to, from, start, end, stride, largest);
      }
  };

/** y = eˣ / Σ eˣ along the axis; dx = y (dy − Σ y dy) */
export const Softmax = defineOp({
  type: 'Softmax',
  attributes: { axis: attr.int(-1) },
  infer: inferSoftmax('softmax'),
  kernel: alongAxis((y, x, start, end, stride, largest) => {
    let total = 0;
    for (let i = start; i < end; i += stride) {
      const power = Math.exp(x[i] - largest);
      y[i] = power;
      total += power;
    }
    for (let i = start; i < end; i += stride) y[i] /= total;
  }),
  vjp: ({ outputs: [y], attributes: { axis }, cotangents: [dy] }) => [
    () => mul(y, sub(dy, sum(mul(y, dy), { axes: axis, keepDims: true }))),
  ],
});

/** y = x − log Σ eˣ along the axis; dx = dy − e^y Σ dy */
export const LogSoftmax = defineOp({
  type: 'LogSoftmax',
  attributes: { axis: attr.int(-1) },
  infer: inferSoftmax('logSoftmax'),
  kernel: alongAxis((y, x, start, end, stride, largest) => {
    let total = 0;
    for (let i = start; i < end; i += stride) total += Math.exp(x[i] - largest);
    const shift = largest + Math.log(total);
    for (let i = start; i < end; i += stride) y[i] = x[i] - shift;
  }),
  vjp: ({ outputs: [y], attributes: { axis }, cotangents: [dy] }) => [
    () => sub(dy, mul(exp(y), sum(dy, { axes: axis, keepDims: true }))),
  ],
  // WebGPU has no LogSoftmax. The largest element is taken off first, as eˣ would overflow.
  lower: ([x], { axis }, target) => {
    if (target !== 'portable') return undefined;
    const shifted = sub(x, max(x, { axes: axis, keepDims: true }));
    return [sub(shifted, log(sum(exp(shifted), { axes: axis, keepDims: true })))];
  },
});

/** eˣ / Σ eˣ along `axis`. */
export const softmax = (x: Tensor, axis = -1): Tensor => Softmax.call([x], { axis })[0];
/** The logarithm of the softmax along `axis`, without overflow. */
export const logSoftmax = (x: Tensor, axis = -1): Tensor => LogSoftmax.call([x], { axis })[0];

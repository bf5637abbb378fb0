import { attr } from '../attributes.ts';
import { defineOp } from '../op.ts';
import type { Tensor } from '../tensor.ts';
import { normalizeAxis, sizeOf } from '../types.ts';
import { floatsOf } from './elementwise.ts';

/** Where along the axis the largest element is: of several the first, unless `selectLastIndex`. */
export const ArgMax = defineOp({
  type: 'ArgMax',
  attributes: { axis: attr.int(0), keepdims: attr.int(1), selectLastIndex: attr.int(0) },
  infer: ([{ shape }], { axis, keepdims }) => {
    const at = normalizeAxis('argMax', axis, shape.length);
    return [{ dtype: 'int64', shape: shape.flatMap((dim, i) => (i !== at ? [dim] : keepdims ? [1] : [])) }];
  },
  kernel: ([x], { axis, selectLastIndex }, [y]) => {
    const at = normalizeAxis('argMax', axis, x.rank);
    const from = floatsOf(x.data);
    const to = y.data as BigInt64Array;
    const inner = sizeOf(x.sizes.slice(at + 1));
    const length = x.sizes[at];
    for (let o = 0; o < to.length; o++) {
      const start = Math.floor(o / inner) * inner * length + (o % inner);
      let best = 0;
      for (let i = 1; i < length; i++) {
        const difference = from[start + i * inner] - from[start + best * inner];
        if (difference > 0 || (difference === 0 && selectLastIndex)) best = i;
      }
      to[o] = BigInt(best);
    }
  },
});

/** Where along `axis` the largest element is, the first of several; int64. */
export const argMax = (x: Tensor, axis: number, keepDims = false): Tensor =>
  ArgMax.call([x], { axis, keepdims: keepDims ? 1 : 0 })[0];

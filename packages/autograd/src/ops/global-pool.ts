import { defineOp } from '../op.ts';
import { full, type Tensor } from '../tensor.ts';
import { sizeOf, type TensorType } from '../types.ts';
import { mul } from './arithmetic.ts';
import { MaxPoolGrad } from './max-pool.ts';
import { requirePicture } from './window.ts';

const inferGlobal =
  (where: string) =>
  ([x]: readonly TensorType[]): [TensorType] => {
    requirePicture(where, x);
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...x.shape.slice(2).map(() => 1)] }];
  };

/** y is the mean over the picture: dx is dy / size everywhere */
export const GlobalAveragePool = defineOp({
  type: 'GlobalAveragePool',
  infer: inferGlobal('globalAveragePool'),
  kernel: ([x], _, [y]) => {
    const from = x.data as Float32Array;
    const to = y.data as Float32Array;
    const size = from.length / to.length;
    for (let p = 0; p < to.length; p++) {
      let total = 0;
      for (let i = p * size; i < (p + 1) * size; i++) total += from[i];
      to[p] = total / size;
    }
  },
  vjp: ({ inputs: [x], cotangents: [dy] }) => [
    () => {
      const spatial = x.shape.slice(2) as number[];
      return mul(dy, full([1, 1, ...spatial], 1 / sizeOf(spatial), x.dtype));
    },
  ],
});

/** dx is dy at the first maximum of the picture, and 0 elsewhere */
export const GlobalMaxPool = defineOp({
  type: 'GlobalMaxPool',
  infer: inferGlobal('globalMaxPool'),
  kernel: ([x], _, [y]) => {
    const from = x.data as Float32Array;
    const to = y.data as Float32Array;
    const size = from.length / to.length;
    for (let p = 0; p < to.length; p++) {
      let best = from[p * size];
      for (let i = p * size + 1; i < (p + 1) * size; i++)
        if (from[i] > best || Number.isNaN(from[i])) best = from[i];
      to[p] = best;
    }
  },
  vjp: ({ inputs: [x], cotangents: [dy] }) => [
    () => MaxPoolGrad.call([x, dy], { kernelShape: x.shape.slice(2) as number[] })[0],
  ],
});

/** The mean of each channel of x [N, C, H, W] (or [N, C, W]), as [N, C, 1, 1]. */
export const globalAveragePool = (x: Tensor): Tensor => GlobalAveragePool.call([x])[0];

/** The maximum of each channel of x [N, C, H, W] (or [N, C, W]), as [N, C, 1, 1]. */
export const globalMaxPool = (x: Tensor): Tensor => GlobalMaxPool.call([x])[0];

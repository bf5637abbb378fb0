import { defineOp } from '../op.ts';
import type { Tensor } from '../tensor.ts';
import { mul, unbroadcast } from './arithmetic.ts';
import { greater } from './compare.ts';
import { binaryKernel } from './elementwise.ts';
import { inferBinary } from './rules.ts';
import { where } from './select.ts';

/** prelu(x, a) = x where x > 0, else a x, with a trained slope a. He et al.: Delving deep into rectifiers, 2015. */
export const PRelu = defineOp({
  type: 'PRelu',
  infer: inferBinary('prelu'),
  kernel: binaryKernel((y, yi, n, a, ai, as, b, bi, bs) => {
    for (let i = 0; i < n; i++) {
      const x = a[ai + i * as];
      y[yi + i] = x < 0 ? b[bi + i * bs] * x : x;
    }
  }),
  vjp: ({ inputs: [x, slope], cotangents: [dy] }) => [
    () => unbroadcast(where(greater(x, 0), dy, mul(dy, slope)), x.shape),
    () => unbroadcast(where(greater(x, 0), 0, mul(dy, x)), slope.shape),
  ],
});

/** x where it is positive, else slope · x; the slope broadcasts, [C, 1, 1] for one a channel. */
export const prelu = (x: Tensor, slope: Tensor): Tensor => PRelu.call([x, slope])[0];

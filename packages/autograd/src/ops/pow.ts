import { attr } from '../attributes.ts';
import { defineOp } from '../op.ts';
import { asTensor, type Tensor } from '../tensor.ts';
import { broadcastShapes, isFloat } from '../types.ts';
import { mul, sub, unbroadcast } from './arithmetic.ts';
import { equal } from './compare.ts';
import { binaryKernel, floatsOf, isInt64, writeNumbers } from './elementwise.ts';
import { inferUnary, type Operand, operands } from './rules.ts';
import { cast, indicator } from './select.ts';
import { log } from './unary.ts';

/** d(x^p) = p x^(p−1) dx + x^p log(x) dp */
export const Pow = defineOp({
  type: 'Pow',
  infer: ([x, p]) => [{ dtype: x.dtype, shape: broadcastShapes('pow', x.shape, p.shape) }],
  kernel: binaryKernel((y, yi, n, a, ai, as, b, bi, bs) => {
    for (let i = 0; i < n; i++) y[yi + i] = a[ai + i * as] ** b[bi + i * bs];
  }),
  vjp: ({ inputs: [x, p], outputs: [y], cotangents: [dy] }) => [
    () => {
      const exponent = cast(p, x.dtype);
      return unbroadcast(mul(dy, mul(exponent, pow(x, sub(exponent, 1)))), x.shape);
    },
    isFloat(p.dtype) ? () => unbroadcast(cast(mul(dy, mul(y, log(x))), p.dtype), p.shape) : null,
  ],
});

/** d(clip x) = dx where min ≤ x ≤ max, else 0; the bounds are taken as constants */
export const Clip = defineOp({
  type: 'Clip',
  attributes: { min: attr.float(), max: attr.float() },
  infer: inferUnary,
  kernel: ([x, low, high], { min, max }, [y]) => {
    const from = floatsOf(x.data);
    const out = isInt64(y.data) ? new Float64Array(from.length) : y.data;
    const least = low ? low.item() : (min ?? Number.NEGATIVE_INFINITY);
    const most = high ? high.item() : (max ?? Number.POSITIVE_INFINITY);
    for (let i = 0; i < out.length; i++) out[i] = Math.min(Math.max(from[i], least), most);
    if (isInt64(y.data)) writeNumbers(y.data, out);
  },
  // What the bounds left as it was is inside.
  vjp: ({ inputs: [x], outputs: [y], cotangents: [dy] }) => [
    () => mul(dy, indicator(equal(x, y), dy)),
    null,
    null,
  ],
});

/** x^p, element by element. */
export const pow = (x: Operand, p: Operand): Tensor => Pow.call(operands(x, p))[0];

/** x kept between `min` and `max`; either may be left out. Its gradient at a bound is that inside. */
export const clip = (x: Tensor, min?: number, max?: number): Tensor =>
  Clip.call([x, ...[min, max].map((bound) => (bound === undefined ? undefined : asTensor(bound, x)))])[0];

import { defineOp } from '../op.ts';
import { requireFloat, type Tensor } from '../tensor.ts';
import type { TensorType } from '../types.ts';
import { mul } from './arithmetic.ts';
import { unaryKernel } from './elementwise.ts';

/** The shape rule of elementwise operators on floats. */
export const inferFloat =
  (where: string) =>
  ([x]: readonly TensorType[]): [TensorType] => {
    requireFloat(where, x);
    return [{ dtype: x.dtype, shape: x.shape }];
  };

/** d(exp x) = exp(x) dx */
export const Exp = defineOp({
  type: 'Exp',
  infer: inferFloat('exp'),
  kernel: unaryKernel(Math.exp),
  vjp: ({ outputs: [y], cotangents: [dy] }) => [() => mul(dy, y)],
});

export const exp = (x: Tensor): Tensor => Exp.call([x])[0];

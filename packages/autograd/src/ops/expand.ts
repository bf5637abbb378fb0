import { InputError } from '../errors.ts';
import { defineOp } from '../op.ts';
import { int64s, type Tensor } from '../tensor.ts';
import { broadcastShapes, formatType, type NumberArray } from '../types.ts';
import { unbroadcast } from './arithmetic.ts';
import { forEachRow } from './elementwise.ts';

/** d(expand x) = dx; its cotangent is summed over the axes that were stretched */
export const Expand = defineOp({
  type: 'Expand',
  infer: ([x, shape]) => {
    if (!shape.known) throw new InputError('expand', 'a constant shape', formatType(shape));
    return [{ dtype: x.dtype, shape: broadcastShapes('expand', x.shape, shape.known.toArray()) }];
  },
  kernel: ([x], _, [y]) => {
    const from = x.data as NumberArray;
    const to = y.data as NumberArray;
    forEachRow(y.sizes, [x.sizes], ([from0], start, length, [step]) => {
      if (step === 0) to.fill(from[from0], start, start + length);
      else to.set(from.subarray(from0, from0 + length), start);
    });
  },
  vjp: ({ inputs: [x], cotangents: [dy] }) => [() => unbroadcast(dy, x.shape), null],
});

/** Stretches axes of size 1, and adds axes in front, by ONNX's (and NumPy's) broadcasting rule. */
export const expand = (x: Tensor, shape: readonly number[]): Tensor => Expand.call([x, int64s(shape)])[0];

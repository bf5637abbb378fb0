import { defineOp } from '../op.ts';
import type { Tensor } from '../tensor.ts';
import { type Shape, sameShape } from '../types.ts';
import { binaryKernel, isInt64, unaryKernel } from './elementwise.ts';
import { sum } from './reduce.ts';
import { reshape } from './reshape.ts';
import { inferBinary, inferUnary, type Operand, operands } from './rules.ts';

/** Sums a cotangent over the axes along which an input of `shape` was stretched. */
export function unbroadcast(dy: Tensor, shape: Shape): Tensor {
  if (sameShape(dy.shape, shape)) return dy;
  const lead = dy.rank - shape.length;
  const stretched = dy.shape.flatMap((dim, i) =>
    i < lead || (shape[i - lead] === 1 && dim !== 1) ? [i] : [],
  );
  const summed = stretched.length > 0 ? sum(dy, { axes: stretched, keepDims: true }) : dy;
  return lead > 0 ? reshape(summed, shape as readonly number[]) : summed;
}

/** d(a + b) = da + db */
export const Add = defineOp({
  type: 'Add',
  infer: inferBinary('add'),
  kernel: binaryKernel(
    (y, yi, n, a, ai, as, b, bi, bs) => {
      for (let i = 0; i < n; i++) y[yi + i] = a[ai + i * as] + b[bi + i * bs];
    },
    (a, b) => a + b,
  ),
  vjp: ({ inputs: [a, b], cotangents: [dy] }) => [
    () => unbroadcast(dy, a.shape),
    () => unbroadcast(dy, b.shape),
  ],
});

/** d(a − b) = da − db */
export const Sub = defineOp({
  type: 'Sub',
  infer: inferBinary('sub'),
  kernel: binaryKernel(
    (y, yi, n, a, ai, as, b, bi, bs) => {
      for (let i = 0; i < n; i++) y[yi + i] = a[ai + i * as] - b[bi + i * bs];
    },
    (a, b) => a - b,
  ),
  vjp: ({ inputs: [a, b], cotangents: [dy] }) => [
    () => unbroadcast(dy, a.shape),
    () => neg(unbroadcast(dy, b.shape)),
  ],
});

/** d(ab) = b da + a db */
export const Mul = defineOp({
  type: 'Mul',
  infer: inferBinary('mul'),
  kernel: binaryKernel(
    (y, yi, n, a, ai, as, b, bi, bs) => {
      for (let i = 0; i < n; i++) y[yi + i] = a[ai + i * as] * b[bi + i * bs];
    },
    (a, b) => a * b,
  ),
  vjp: ({ inputs: [a, b], cotangents: [dy] }) => [
    () => unbroadcast(mul(dy, b), a.shape),
    () => unbroadcast(mul(dy, a), b.shape),
  ],
});

/** d(a/b) = da/b − (a/b) db/b; integers are truncated towards zero */
export const Div = defineOp({
  type: 'Div',
  infer: inferBinary('div'),
  kernel: binaryKernel(
    (y, yi, n, a, ai, as, b, bi, bs) => {
      for (let i = 0; i < n; i++) y[yi + i] = a[ai + i * as] / b[bi + i * bs];
    },
    (a, b) => a / b,
  ),
  vjp: ({ inputs: [a, b], outputs: [y], cotangents: [dy] }) => [
    () => unbroadcast(div(dy, b), a.shape),
    () => neg(unbroadcast(div(mul(dy, y), b), b.shape)),
  ],
});

/** d(−x) = −dx */
export const Neg = defineOp({
  type: 'Neg',
  infer: inferUnary,
  kernel: (inputs, attributes, outputs) => {
    const [x] = inputs;
    const [y] = outputs;
    if (isInt64(x.data) && isInt64(y.data)) for (let i = 0; i < x.data.length; i++) y.data[i] = -x.data[i];
    else negate(inputs, attributes, outputs);
  },
  vjp: ({ cotangents: [dy] }) => [() => neg(dy)],
});

const negate = unaryKernel((y, x) => {
  for (let i = 0; i < y.length; i++) y[i] = -x[i];
});

/** The sum. Of the two operands one may be a number, which takes the type of the other; so for those below. */
export const add = (a: Operand, b: Operand): Tensor => Add.call(operands(a, b))[0];
/** The difference a − b. */
export const sub = (a: Operand, b: Operand): Tensor => Sub.call(operands(a, b))[0];
/** The product, element by element. */
export const mul = (a: Operand, b: Operand): Tensor => Mul.call(operands(a, b))[0];
/** The quotient a / b; integers are truncated towards zero. */
export const div = (a: Operand, b: Operand): Tensor => Div.call(operands(a, b))[0];
/** −x */
export const neg = (x: Tensor): Tensor => Neg.call([x])[0];

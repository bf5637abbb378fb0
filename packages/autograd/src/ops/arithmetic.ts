import { InputError } from '../errors.ts';
import { defineOp, type InferInput } from '../op.ts';
import { asTensor, Tensor } from '../tensor.ts';
import { broadcastShapes, formatType, type Shape, sameShape, type TensorType } from '../types.ts';
import { binaryKernel, isInt64, unaryKernel } from './elementwise.ts';
import { sum } from './reduce.ts';
import { reshape } from './reshape.ts';

/** The shape rule of operators on two inputs of one type. */
export const inferBinary =
  (where: string) =>
  ([a, b]: readonly InferInput[]): [TensorType] => {
    if (a.dtype !== b.dtype)
      throw new InputError(
        where,
        'two inputs of one type',
        `${formatType(a)} and ${formatType(b)}`,
        'cast one of them',
      );
    return [{ dtype: a.dtype, shape: broadcastShapes(where, a.shape, b.shape) }];
  };

/** Sums a cotangent over the axes along which an input of `shape` was stretched. */
export function unbroadcast(dy: Tensor, shape: Shape): Tensor {
  if (sameShape(dy.shape, shape)) return dy;
  const lead = dy.rank - shape.length;
  const stretched = dy.shape.flatMap((dim, i) =>
    i < lead || (shape[i - lead] === 1 && dim !== 1) ? [i] : [],
  );
  const summed = stretched.length > 0 ? sum(dy, { axes: stretched, keepDims: true }) : dy;
  return reshape(summed, shape as readonly number[]);
}

/** Numbers take the type of the other operand. */
type Operand = Tensor | number;
export const operands = (a: Operand, b: Operand): [Tensor, Tensor] =>
  a instanceof Tensor ? [a, asTensor(b, a)] : [asTensor(a, b instanceof Tensor ? b : undefined), asTensor(b)];

/** d(a + b) = da + db */
export const Add = defineOp({
  type: 'Add',
  infer: inferBinary('add'),
  kernel: binaryKernel(
    (a, b) => a + b,
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
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  vjp: ({ inputs: [a, b], cotangents: [dy] }) => [
    () => unbroadcast(dy, a.shape),
    () => unbroadcast(neg(dy), b.shape),
  ],
});

/** d(ab) = b da + a db */
export const Mul = defineOp({
  type: 'Mul',
  infer: inferBinary('mul'),
  kernel: binaryKernel(
    (a, b) => a * b,
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
    (a, b) => a / b,
    (a, b) => a / b,
  ),
  vjp: ({ inputs: [a, b], outputs: [y], cotangents: [dy] }) => [
    () => unbroadcast(div(dy, b), a.shape),
    () => unbroadcast(neg(div(mul(dy, y), b)), b.shape),
  ],
});

/** d(−x) = −dx */
export const Neg = defineOp({
  type: 'Neg',
  infer: ([x]) => [x],
  kernel: (inputs, attributes, outputs) => {
    const [x] = inputs;
    const [y] = outputs;
    if (isInt64(x.data) && isInt64(y.data)) for (let i = 0; i < x.data.length; i++) y.data[i] = -x.data[i];
    else unaryKernel((v) => -v)(inputs, attributes, outputs);
  },
  vjp: ({ cotangents: [dy] }) => [() => neg(dy)],
});

export const add = (a: Operand, b: Operand): Tensor => Add.call(operands(a, b))[0];
export const sub = (a: Operand, b: Operand): Tensor => Sub.call(operands(a, b))[0];
export const mul = (a: Operand, b: Operand): Tensor => Mul.call(operands(a, b))[0];
export const div = (a: Operand, b: Operand): Tensor => Div.call(operands(a, b))[0];
export const neg = (x: Tensor): Tensor => Neg.call([x])[0];

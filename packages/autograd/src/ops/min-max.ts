import { defineOp, type InferInput } from '../op.ts';
import type { Tensor } from '../tensor.ts';
import { broadcastShapes, type TensorType } from '../types.ts';
import { add, div, mul, unbroadcast } from './arithmetic.ts';
import { equal } from './compare.ts';
import { type BinaryLoop, binaryKernel } from './elementwise.ts';
import { type Operand, operands, requireSame } from './rules.ts';
import { indicator } from './select.ts';

const inferVariadic =
  (where: string) =>
  (inputs: readonly InferInput[]): [TensorType] => {
    for (const x of inputs) requireSame(where, inputs[0], x);
    return [{ dtype: inputs[0].dtype, shape: broadcastShapes(where, ...inputs.map(({ shape }) => shape)) }];
  };

/** Folds the inputs, one after the other, into the output. */
const variadicKernel = (loop: BinaryLoop) => {
  const kernel = binaryKernel(loop);
  return (inputs: readonly Tensor[], _: unknown, [y]: readonly Tensor[]): void => {
    kernel([inputs[0], inputs[1] ?? inputs[0]], _, [y]);
    for (const x of inputs.slice(2)) kernel([y, x], _, [y]);
  };
};

/** dy goes to the inputs that equal y; where several do, in equal shares */
function shareOut(inputs: readonly Tensor[], y: Tensor, dy: Tensor): (() => Tensor)[] {
  const hits = inputs.map((x) => () => indicator(equal(x, y), dy));
  if (inputs.length === 1) return [() => dy];
  const share = () => div(dy, hits.map((hit) => hit()).reduce(add));
  return inputs.map((x, i) => () => unbroadcast(mul(share(), hits[i]()), x.shape));
}

/** The largest of the inputs, element by element. Inputs that tie share the cotangent equally. */
export const Max = defineOp({
  type: 'Max',
  infer: inferVariadic('maximum'),
  kernel: variadicKernel((y, yi, n, a, ai, as, b, bi, bs) => {
    for (let i = 0; i < n; i++) y[yi + i] = Math.max(a[ai + i * as], b[bi + i * bs]);
  }),
  vjp: ({ inputs, outputs: [y], cotangents: [dy] }) => shareOut(inputs, y, dy),
});

/** The smallest of the inputs, element by element. Inputs that tie share the cotangent equally. */
export const Min = defineOp({
  type: 'Min',
  infer: inferVariadic('minimum'),
  kernel: variadicKernel((y, yi, n, a, ai, as, b, bi, bs) => {
    for (let i = 0; i < n; i++) y[yi + i] = Math.min(a[ai + i * as], b[bi + i * bs]);
  }),
  vjp: ({ inputs, outputs: [y], cotangents: [dy] }) => shareOut(inputs, y, dy),
});

/** The larger one, element by element; where the two tie, each gets half of the gradient. */
export const maximum = (a: Operand, b: Operand): Tensor => Max.call(operands(a, b))[0];
/** The smaller one, element by element; where the two tie, each gets half of the gradient. */
export const minimum = (a: Operand, b: Operand): Tensor => Min.call(operands(a, b))[0];

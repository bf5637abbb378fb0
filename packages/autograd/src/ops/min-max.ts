import { defineOp, type InferInput } from '../op.ts';
import type { Tensor } from '../tensor.ts';
import { broadcastShapes, type NumberArray, type TensorType } from '../types.ts';
import { add, div, mul, unbroadcast } from './arithmetic.ts';
import { equal } from './compare.ts';
import { floatsOf, forEachRow, isInt64, writeNumbers } from './elementwise.ts';
import { type Operand, operands, requireSame } from './rules.ts';
import { indicator } from './select.ts';

const inferVariadic =
  (where: string) =>
  (inputs: readonly InferInput[]): [TensorType] => {
    for (const x of inputs) requireSame(where, inputs[0], x);
    return [{ dtype: inputs[0].dtype, shape: broadcastShapes(where, ...inputs.map(({ shape }) => shape)) }];
  };

type Fold = (to: NumberArray, start: number, n: number, from: NumberArray, at: number, step: number) => void;

/** Folds every input into the output, which starts as the first one. */
const variadicKernel =
  (fold: Fold) =>
  (inputs: readonly Tensor[], _: unknown, [y]: readonly Tensor[]): void => {
    const out = isInt64(y.data) ? new Float64Array(y.data.length) : y.data;
    inputs.forEach((x, k) => {
      const from = floatsOf(x.data);
      forEachRow(y.sizes, [x.sizes], ([at], start, length, [step]) => {
        if (k > 0) fold(out, start, length, from, at, step);
        else for (let i = 0; i < length; i++) out[start + i] = from[at + i * step];
      });
    });
    if (isInt64(y.data)) writeNumbers(y.data, out);
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
  kernel: variadicKernel((to, start, n, from, at, step) => {
    for (let i = 0; i < n; i++) to[start + i] = Math.max(to[start + i], from[at + i * step]);
  }),
  vjp: ({ inputs, outputs: [y], cotangents: [dy] }) => shareOut(inputs, y, dy),
});

/** The smallest of the inputs, element by element. Inputs that tie share the cotangent equally. */
export const Min = defineOp({
  type: 'Min',
  infer: inferVariadic('minimum'),
  kernel: variadicKernel((to, start, n, from, at, step) => {
    for (let i = 0; i < n; i++) to[start + i] = Math.min(to[start + i], from[at + i * step]);
  }),
  vjp: ({ inputs, outputs: [y], cotangents: [dy] }) => shareOut(inputs, y, dy),
});

/** The larger one, element by element; where the two tie, each gets half of the gradient. */
export const maximum = (a: Operand, b: Operand): Tensor => Max.call(operands(a, b))[0];
/** The smaller one, element by element; where the two tie, each gets half of the gradient. */
export const minimum = (a: Operand, b: Operand): Tensor => Min.call(operands(a, b))[0];

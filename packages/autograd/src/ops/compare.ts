import { defineOp } from '../op.ts';
import type { Tensor } from '../tensor.ts';
import { binaryKernel, unaryKernel } from './elementwise.ts';
import { inferComparison, inferLogical, type Operand, operands } from './rules.ts';

/** a = b, as bool */
export const Equal = defineOp({
  type: 'Equal',
  infer: inferComparison('equal'),
  kernel: binaryKernel(
    (y, yi, n, a, ai, as, b, bi, bs) => {
      for (let i = 0; i < n; i++) y[yi + i] = a[ai + i * as] === b[bi + i * bs] ? 1 : 0;
    },
    (a, b) => a === b,
  ),
});

/** a < b, as bool */
export const Less = defineOp({
  type: 'Less',
  infer: inferComparison('less'),
  kernel: binaryKernel(
    (y, yi, n, a, ai, as, b, bi, bs) => {
      for (let i = 0; i < n; i++) y[yi + i] = a[ai + i * as] < b[bi + i * bs] ? 1 : 0;
    },
    (a, b) => a < b,
  ),
});

/** a ≤ b, as bool */
export const LessOrEqual = defineOp({
  type: 'LessOrEqual',
  infer: inferComparison('lessOrEqual'),
  kernel: binaryKernel(
    (y, yi, n, a, ai, as, b, bi, bs) => {
      for (let i = 0; i < n; i++) y[yi + i] = a[ai + i * as] <= b[bi + i * bs] ? 1 : 0;
    },
    (a, b) => a <= b,
  ),
});

/** a > b, as bool */
export const Greater = defineOp({
  type: 'Greater',
  infer: inferComparison('greater'),
  kernel: binaryKernel(
    (y, yi, n, a, ai, as, b, bi, bs) => {
      for (let i = 0; i < n; i++) y[yi + i] = a[ai + i * as] > b[bi + i * bs] ? 1 : 0;
    },
    (a, b) => a > b,
  ),
});

/** a ≥ b, as bool */
export const GreaterOrEqual = defineOp({
  type: 'GreaterOrEqual',
  infer: inferComparison('greaterOrEqual'),
  kernel: binaryKernel(
    (y, yi, n, a, ai, as, b, bi, bs) => {
      for (let i = 0; i < n; i++) y[yi + i] = a[ai + i * as] >= b[bi + i * bs] ? 1 : 0;
    },
    (a, b) => a >= b,
  ),
});

export const And = defineOp({
  type: 'And',
  infer: inferLogical('and'),
  kernel: binaryKernel((y, yi, n, a, ai, as, b, bi, bs) => {
    for (let i = 0; i < n; i++) y[yi + i] = a[ai + i * as] & b[bi + i * bs];
  }),
});

export const Or = defineOp({
  type: 'Or',
  infer: inferLogical('or'),
  kernel: binaryKernel((y, yi, n, a, ai, as, b, bi, bs) => {
    for (let i = 0; i < n; i++) y[yi + i] = a[ai + i * as] | b[bi + i * bs];
  }),
  // WebGPU has no Or.
  lower: ([a, b], _, target) => (target === 'portable' ? [not(and(not(a), not(b)))] : undefined),
});

export const Not = defineOp({
  type: 'Not',
  infer: inferLogical('not'),
  kernel: unaryKernel((y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = x[i] ? 0 : 1;
  }),
});

/** a = b, as bool. One of the operands may be a number; so for those below. */
export const equal = (a: Operand, b: Operand): Tensor => Equal.call(operands(a, b))[0];
/** a < b, as bool. */
export const less = (a: Operand, b: Operand): Tensor => Less.call(operands(a, b))[0];
/** a ≤ b, as bool. */
export const lessOrEqual = (a: Operand, b: Operand): Tensor => LessOrEqual.call(operands(a, b))[0];
/** a > b, as bool. */
export const greater = (a: Operand, b: Operand): Tensor => Greater.call(operands(a, b))[0];
/** a ≥ b, as bool. */
export const greaterOrEqual = (a: Operand, b: Operand): Tensor => GreaterOrEqual.call(operands(a, b))[0];
/** Both, of bools. */
export const and = (a: Tensor, b: Tensor): Tensor => And.call([a, b])[0];
/** At least one, of bools. */
export const or = (a: Tensor, b: Tensor): Tensor => Or.call([a, b])[0];
/** The other one, of bools. */
export const not = (x: Tensor): Tensor => Not.call([x])[0];

import { defineOp } from '../op.ts';
import type { Tensor } from '../tensor.ts';
import { div, mul, neg, sub } from './arithmetic.ts';
import { greater, less } from './compare.ts';
import { unaryKernel } from './elementwise.ts';
import { inferFloat, inferUnary } from './rules.ts';
import { indicator } from './select.ts';

/** d(exp x) = exp(x) dx */
export const Exp = defineOp({
  type: 'Exp',
  infer: inferFloat('exp'),
  kernel: unaryKernel((y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.exp(x[i]);
  }),
  vjp: ({ outputs: [y], cotangents: [dy] }) => [() => mul(dy, y)],
});

/** d(log x) = dx / x */
export const Log = defineOp({
  type: 'Log',
  infer: inferFloat('log'),
  kernel: unaryKernel((y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.log(x[i]);
  }),
  vjp: ({ inputs: [x], cotangents: [dy] }) => [() => div(dy, x)],
});

/** d√x = dx / 2√x */
export const Sqrt = defineOp({
  type: 'Sqrt',
  infer: inferFloat('sqrt'),
  kernel: unaryKernel((y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.sqrt(x[i]);
  }),
  vjp: ({ outputs: [y], cotangents: [dy] }) => [() => div(dy, mul(y, 2))],
});

/** d(1/x) = −dx / x² */
export const Reciprocal = defineOp({
  type: 'Reciprocal',
  infer: inferFloat('reciprocal'),
  kernel: unaryKernel((y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = 1 / x[i];
  }),
  vjp: ({ outputs: [y], cotangents: [dy] }) => [() => neg(mul(dy, mul(y, y)))],
});

/** d|x| = sign(x) dx */
export const Abs = defineOp({
  type: 'Abs',
  infer: inferUnary,
  kernel: unaryKernel((y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.abs(x[i]);
  }),
  vjp: ({ inputs: [x], cotangents: [dy] }) => [() => mul(dy, sign(x))],
});

/** −1, 0 or 1; constant between its steps, so without a gradient. So are floor, ceil and round. */
export const Sign = defineOp({
  type: 'Sign',
  infer: inferUnary,
  kernel: unaryKernel((y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.sign(x[i]);
  }),
  vjp: () => [null],
  // WebGPU has no Sign.
  lower: ([x], _, target) =>
    target === 'portable' ? [sub(indicator(greater(x, 0), x), indicator(less(x, 0), x))] : undefined,
});

export const Floor = defineOp({
  type: 'Floor',
  infer: inferFloat('floor'),
  kernel: unaryKernel((y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.floor(x[i]);
  }),
  vjp: () => [null],
});

export const Ceil = defineOp({
  type: 'Ceil',
  infer: inferFloat('ceil'),
  kernel: unaryKernel((y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.ceil(x[i]);
  }),
  vjp: () => [null],
});

/** The nearest whole number, of two the even one, as IEEE 754 rounds. */
export const roundHalfToEven = (x: number): number => {
  const nearest = Math.round(x);
  return nearest - x === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
};

export const Round = defineOp({
  type: 'Round',
  infer: inferFloat('round'),
  kernel: unaryKernel((y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = roundHalfToEven(x[i]);
  }),
  vjp: () => [null],
});

/** d(sin x) = cos(x) dx */
export const Sin = defineOp({
  type: 'Sin',
  infer: inferFloat('sin'),
  kernel: unaryKernel((y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.sin(x[i]);
  }),
  vjp: ({ inputs: [x], cotangents: [dy] }) => [() => mul(dy, cos(x))],
});

/** d(cos x) = −sin(x) dx */
export const Cos = defineOp({
  type: 'Cos',
  infer: inferFloat('cos'),
  kernel: unaryKernel((y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.cos(x[i]);
  }),
  vjp: ({ inputs: [x], cotangents: [dy] }) => [() => neg(mul(dy, sin(x)))],
});

/** e^x; this and the functions below go element by element. */
export const exp = (x: Tensor): Tensor => Exp.call([x])[0];
/** The natural logarithm. */
export const log = (x: Tensor): Tensor => Log.call([x])[0];
/** √x */
export const sqrt = (x: Tensor): Tensor => Sqrt.call([x])[0];
/** 1/x */
export const reciprocal = (x: Tensor): Tensor => Reciprocal.call([x])[0];
/** |x|; its gradient at 0 is 0. */
export const abs = (x: Tensor): Tensor => Abs.call([x])[0];
/** −1, 0 or 1. */
export const sign = (x: Tensor): Tensor => Sign.call([x])[0];
/** The largest whole number that is not above x. */
export const floor = (x: Tensor): Tensor => Floor.call([x])[0];
/** The smallest whole number that is not below x. */
export const ceil = (x: Tensor): Tensor => Ceil.call([x])[0];
/** The nearest whole number, of two the even one. */
export const round = (x: Tensor): Tensor => Round.call([x])[0];
/** The sine. */
export const sin = (x: Tensor): Tensor => Sin.call([x])[0];
/** The cosine. */
export const cos = (x: Tensor): Tensor => Cos.call([x])[0];
/** x² */
export const square = (x: Tensor): Tensor => mul(x, x);

import { attr } from '../attributes.ts';
import { InputError } from '../errors.ts';
import { erf as erfOf } from '../kernels/erf.ts';
import { gateBySign, rectify } from '../kernels/relu.ts';
import { defineOp, ownDomain } from '../op.ts';
import type { Tensor } from '../tensor.ts';
import type { NumberArray } from '../types.ts';
import { add, mul, neg, sub } from './arithmetic.ts';
import { greater } from './compare.ts';
import { binaryKernel, unaryKernel } from './elementwise.ts';
import { clip } from './pow.ts';
import { inferBinary, inferFloat } from './rules.ts';
import { indicator, where } from './select.ts';
import { exp } from './unary.ts';

const gateBroadcast = binaryKernel((y, yi, n, a, ai, as, b, bi, bs) => {
  for (let i = 0; i < n; i++) y[yi + i] = b[bi + i * bs] > 0 ? a[ai + i * as] : 0;
});

/** dy where x > 0, else 0; what relu's gradient is made of. It is linear in dy and constant in x between its steps. */
export const Gate = defineOp({
  type: 'Gate',
  domain: ownDomain,
  infer: inferBinary('gate'),
  kernel: ([dy, x], attributes, [y]) => {
    if (dy.size === y.size && x.size === y.size)
      gateBySign(dy.data as NumberArray, x.data as NumberArray, y.data as NumberArray);
    else gateBroadcast([dy, x], attributes, [y]);
  },
  vjp: ({ inputs: [, x], cotangents: [dy] }) => [() => gate(dy, x), null],
  // A product with 0 or 1: ONNX Runtime's Where reads and writes everything three times.
  lower: ([dy, x]) => [mul(dy, indicator(greater(x, 0), dy))],
});
const gate = (dy: Tensor, x: Tensor): Tensor => Gate.call([dy, x])[0];

/** d relu(x) = dx where x > 0, else 0 */
export const Relu = defineOp({
  type: 'Relu',
  infer: inferFloat('relu'),
  kernel: unaryKernel((y, x) => {
    rectify(x, y);
  }),
  vjp: ({ outputs: [y], cotangents: [dy] }) => [() => gate(dy, y)],
});

/** d leakyRelu(x) = dx where x > 0, else α dx */
export const LeakyRelu = defineOp({
  type: 'LeakyRelu',
  attributes: { alpha: attr.float(0.01) },
  infer: inferFloat('leakyRelu'),
  kernel: unaryKernel((y, x, { alpha }: { alpha: number }) => {
    for (let i = 0; i < y.length; i++) y[i] = x[i] < 0 ? alpha * x[i] : x[i];
  }),
  vjp: ({ inputs: [x], attributes: { alpha }, cotangents: [dy] }) => [
    () => where(greater(x, 0), dy, mul(dy, alpha)),
  ],
});

/** elu(x) = x where x > 0, else α(eˣ − 1), whose derivative is y + α */
export const Elu = defineOp({
  type: 'Elu',
  attributes: { alpha: attr.float(1) },
  infer: inferFloat('elu'),
  kernel: unaryKernel((y, x, { alpha }: { alpha: number }) => {
    for (let i = 0; i < y.length; i++) y[i] = x[i] < 0 ? alpha * Math.expm1(x[i]) : x[i];
  }),
  vjp: ({ inputs: [x], outputs: [y], attributes: { alpha }, cotangents: [dy] }) => [
    () => where(greater(x, 0), dy, mul(dy, add(y, alpha))),
  ],
});

/** σ(x) = 1 / (1 + e⁻ˣ), dσ = σ (1 − σ) dx */
export const Sigmoid = defineOp({
  type: 'Sigmoid',
  infer: inferFloat('sigmoid'),
  kernel: unaryKernel((y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = 1 / (1 + Math.exp(-x[i]));
  }),
  vjp: ({ outputs: [y], cotangents: [dy] }) => [() => mul(dy, mul(y, sub(1, y)))],
});

/** d tanh(x) = (1 − tanh²(x)) dx */
export const Tanh = defineOp({
  type: 'Tanh',
  infer: inferFloat('tanh'),
  kernel: unaryKernel((y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.tanh(x[i]);
  }),
  vjp: ({ outputs: [y], cotangents: [dy] }) => [() => mul(dy, sub(1, mul(y, y)))],
});

/** softplus(x) = log(1 + eˣ), its derivative is σ(x) */
export const Softplus = defineOp({
  type: 'Softplus',
  infer: inferFloat('softplus'),
  kernel: unaryKernel((y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.max(x[i], 0) + Math.log1p(Math.exp(-Math.abs(x[i])));
  }),
  vjp: ({ inputs: [x], cotangents: [dy] }) => [() => mul(dy, sigmoid(x))],
});

/** d erf(x) = 2/√π e^(−x²) dx */
export const Erf = defineOp({
  type: 'Erf',
  infer: inferFloat('erf'),
  kernel: unaryKernel((y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = erfOf(x[i]);
  }),
  vjp: ({ inputs: [x], cotangents: [dy] }) => [
    () => mul(dy, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))),
  ],
});

const tanhScale = Math.sqrt(2 / Math.PI);

/**
 * gelu(x) = x Φ(x), Φ(x) = (1 + erf(x/√2)) / 2; with `approximate: 'tanh'`
 * x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2. Hendrycks and Gimpel, 2016.
 * Its gradient is that of this formula: ONNX has the operator only from opset 20 on.
 */
export const Gelu = defineOp({
  type: 'Gelu',
  attributes: { approximate: attr.string('none') },
  infer: ([x], { approximate }) => {
    if (approximate !== 'none' && approximate !== 'tanh')
      throw new InputError('gelu', 'approximate: none or tanh', approximate);
    return inferFloat('gelu')([x]);
  },
  kernel: unaryKernel((y, x, { approximate }: { approximate: string }) => {
    if (approximate === 'none')
      for (let i = 0; i < y.length; i++) y[i] = 0.5 * x[i] * (1 + erfOf(x[i] * Math.SQRT1_2));
    else
      for (let i = 0; i < y.length; i++)
        y[i] = 0.5 * x[i] * (1 + Math.tanh(tanhScale * (x[i] + 0.044715 * x[i] ** 3)));
  }),
  vjp: ({ inputs: [x], attributes: { approximate }, cotangents: [dy] }) => [
    () => {
      if (approximate === 'none') {
        // d(x Φ(x)) = Φ(x) + x φ(x), φ the density of the normal distribution
        const density = mul(exp(mul(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
        return mul(dy, add(normalCdf(x), mul(x, density)));
      }
      // With u = √(2/π) (x + a x³): (1 + tanh u)/2 + x (1 − tanh² u) u'/2, u' = √(2/π) (1 + 3a x²)
      const t = tanh(tanhArgument(x));
      const slope = mul(add(mul(mul(x, x), 3 * 0.044715), 1), tanhScale / 2);
      return mul(dy, add(mul(add(t, 1), 0.5), mul(mul(x, slope), sub(1, mul(t, t)))));
    },
  ],
  lower: ([x], { approximate }) => [
    approximate === 'none' ? mul(x, normalCdf(x)) : mul(x, mul(add(tanh(tanhArgument(x)), 1), 0.5)),
  ],
});

const normalCdf = (x: Tensor): Tensor => mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
const tanhArgument = (x: Tensor): Tensor => mul(mul(x, add(mul(mul(x, x), 0.044715), 1)), tanhScale);

/** hardSigmoid(x) = min(max(αx + β, 0), 1) */
export const HardSigmoid = defineOp({
  type: 'HardSigmoid',
  attributes: { alpha: attr.float(0.2), beta: attr.float(0.5) },
  infer: inferFloat('hardSigmoid'),
  kernel: unaryKernel((y, x, { alpha, beta }: { alpha: number; beta: number }) => {
    for (let i = 0; i < y.length; i++) y[i] = Math.min(Math.max(alpha * x[i] + beta, 0), 1);
  }),
  vjp: ({ outputs: [y], attributes: { alpha }, cotangents: [dy] }) => [
    // α dx where 0 < y < 1, which is where y (1 − y) > 0
    () => mul(gate(dy, mul(y, sub(1, y))), alpha),
  ],
});

/** hardSwish(x) = x hardSigmoid(x) with α = 1/6, β = 1/2 (Howard et al.: MobileNetV3, 2019) */
export const HardSwish = defineOp({
  type: 'HardSwish',
  infer: inferFloat('hardSwish'),
  kernel: unaryKernel((y, x) => {
    for (let i = 0; i < y.length; i++) y[i] = x[i] * Math.min(Math.max(x[i] / 6 + 0.5, 0), 1);
  }),
  vjp: ({ inputs: [x], cotangents: [dy] }) => [
    // d = hardSigmoid(x) + x/6 where −3 < x < 3
    () => {
      const h = hardSigmoid(x);
      return add(mul(dy, h), gate(mul(dy, mul(x, 1 / 6)), mul(h, sub(1, h))));
    },
  ],
});

/** max(x, 0); its gradient at 0 is 0. */
export const relu = (x: Tensor): Tensor => Relu.call([x])[0];
/** x where it is positive, else αx. */
export const leakyRelu = (x: Tensor, alpha = 0.01): Tensor => LeakyRelu.call([x], { alpha })[0];
/** x where it is positive, else α(eˣ − 1). */
export const elu = (x: Tensor, alpha = 1): Tensor => Elu.call([x], { alpha })[0];
/** 1 / (1 + e⁻ˣ) */
export const sigmoid = (x: Tensor): Tensor => Sigmoid.call([x])[0];
/** The hyperbolic tangent. */
export const tanh = (x: Tensor): Tensor => Tanh.call([x])[0];
/** log(1 + eˣ), without overflow. */
export const softplus = (x: Tensor): Tensor => Softplus.call([x])[0];
/** The error function, to double precision. */
export const erf = (x: Tensor): Tensor => Erf.call([x])[0];
/** x Φ(x), Φ the normal distribution function; `'tanh'` takes the usual approximation of it. */
export const gelu = (x: Tensor, approximate: 'none' | 'tanh' = 'none'): Tensor =>
  Gelu.call([x], { approximate })[0];
/** x σ(x), also called swish. */
export const silu = (x: Tensor): Tensor => mul(x, sigmoid(x));
/** min(max(αx + β, 0), 1); α = 1/6 as in PyTorch and hardSwish, where ONNX's default is 0.2. */
export const hardSigmoid = (x: Tensor, { alpha = 1 / 6, beta = 0.5 } = {}): Tensor =>
  HardSigmoid.call([x], { alpha, beta })[0];
/** x hardSigmoid(x) */
export const hardSwish = (x: Tensor): Tensor => HardSwish.call([x])[0];
/** min(max(x, 0), 6) */
export const relu6 = (x: Tensor): Tensor => clip(x, 0, 6);

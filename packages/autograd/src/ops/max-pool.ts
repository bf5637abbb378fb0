import { attr } from '../attributes.ts';
import { firstMaxima } from '../kernels/pool.ts';
import { defineOp, type Op, ownDomain } from '../op.ts';
import type { Tensor } from '../tensor.ts';
import type { TensorType } from '../types.ts';
import { fromFirstMaximum, toFirstMaximum } from './first-maximum.ts';
import {
  inferPool,
  type PoolAttributes,
  type PoolOptions,
  poolAxes,
  poolRules,
  withoutCeil,
} from './pool.ts';
import { max } from './reduce.ts';
import { type Axis, geometryOf } from './window.ts';

/** The axis that one window covers as a whole, where the others are left as they are: ONNX Runtime reduces faster. */
function wholeAxis(x: TensorType, axes: readonly Axis[]): number | undefined {
  const pooling = axes.flatMap(({ kernel, stride, begin, end }, i) =>
    kernel === 1 && stride === 1 && begin + end === 0 ? [] : [i],
  );
  const [i] = pooling;
  if (pooling.length !== 1) return undefined;
  const { kernel, dilation, begin, end } = axes[i];
  return kernel > 1 && kernel === x.shape[i + 2] && dilation === 1 && begin + end === 0 ? i + 2 : undefined;
}

const maxima = (x: Tensor, out: Tensor, attributes: PoolAttributes) =>
  firstMaxima(x, geometryOf(x.sizes, out.sizes, poolAxes('maxPool', x, attributes)), out.size);

/** Scatters dy to the first maximum of every window: the gradient of max pooling. Linear in dy, constant in x. */
export const MaxPoolGrad: Op<typeof poolRules> = defineOp<typeof poolRules>({
  type: 'MaxPoolGrad',
  domain: ownDomain,
  attributes: poolRules,
  infer: ([x]) => [{ dtype: x.dtype, shape: x.shape }],
  kernel: ([x, dy], attributes, [dx]) => {
    const at = maxima(x, dy, attributes);
    const from = dy.data as Float32Array;
    const to = dx.data as Float32Array;
    for (let i = 0; i < from.length; i++) to[at[i]] += from[i];
  },
  vjp: ({ inputs: [x], attributes, cotangents: [v] }) => [
    null,
    () => MaxPoolPick.call([x, v], attributes)[0],
  ],
  lower: ([x, dy], attributes, target) => {
    const axes = poolAxes('maxPool', x, attributes);
    return [toFirstMaximum(x, MaxPool.call([x], attributes)[0], dy, axes, target)];
  },
});

/** Picks from v what stands where x has the first maximum of every window. Linear in v, constant in x. */
export const MaxPoolPick: Op<typeof poolRules> = defineOp<typeof poolRules>({
  type: 'MaxPoolPick',
  domain: ownDomain,
  attributes: poolRules,
  infer: inferPool('maxPool'),
  kernel: ([x, v], attributes, [y]) => {
    const at = maxima(x, y, attributes);
    const from = v.data as Float32Array;
    const to = y.data as Float32Array;
    for (let i = 0; i < to.length; i++) to[i] = from[at[i]];
  },
  vjp: ({ inputs: [x], attributes, cotangents: [dy] }) => [
    null,
    () => MaxPoolGrad.call([x, dy], attributes)[0],
  ],
  lower: ([x, v], attributes, target) => {
    const axes = poolAxes('maxPool', x, attributes);
    return [fromFirstMaximum(x, MaxPool.call([x], attributes)[0], v, axes, target)];
  },
});

const maxPoolRules = { ...poolRules, storageOrder: attr.int(0) };

/** dx is dy at the first maximum of every window, in row order, and 0 elsewhere */
export const MaxPool: Op<typeof maxPoolRules> = defineOp<typeof maxPoolRules>({
  type: 'MaxPool',
  attributes: maxPoolRules,
  infer: inferPool('maxPool'),
  kernel: ([x], attributes, [y]) => {
    const at = maxima(x, y, attributes);
    const from = x.data as Float32Array;
    const to = y.data as Float32Array;
    for (let i = 0; i < to.length; i++) to[i] = from[at[i]];
  },
  vjp: ({ inputs: [x], attributes, cotangents: [dy] }) => {
    const { storageOrder: _, ...pool } = attributes;
    return [() => MaxPoolGrad.call([x, dy], pool)[0]];
  },
  lower: ([x], attributes) => {
    const floored = withoutCeil('maxPool', x, attributes, false);
    if (floored) return [MaxPool.call([x], floored)[0]];
    const axes = poolAxes('maxPool', x, attributes);
    const whole = wholeAxis(x, axes);
    return whole === undefined ? undefined : [max(x, { axes: whole, keepDims: true })];
  },
});

/**
 * The maximum of every window of x [N, C, H, W] (or [N, C, W]).
 * @throws InputError when the window is larger than the padded input
 */
export const maxPool = (x: Tensor, options: PoolOptions): Tensor =>
  MaxPool.call([x], Object.assign({}, options, { ceilMode: options.ceilMode ? 1 : 0 }))[0];

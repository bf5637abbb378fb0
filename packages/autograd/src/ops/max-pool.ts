import { attr } from '../attributes.ts';
import { firstMaxima } from '../kernels/pool.ts';
import { defineOp, type Op, ownDomain } from '../op.ts';
import { allocate, Tensor, tensorOf } from '../tensor.ts';
import { sizeOf, type TensorType } from '../types.ts';
import { argMax } from './arg-max.ts';
import { equal } from './compare.ts';
import { conv } from './conv.ts';
import { convTranspose } from './conv-transpose.ts';
import { pad } from './pad.ts';
import {
  inferPool,
  type PoolAttributes,
  type PoolOptions,
  poolAxes,
  poolRules,
  withoutCeil,
} from './pool.ts';
import { sum } from './reduce.ts';
import { reshape } from './reshape.ts';
import { where } from './select.ts';
import { type Axis, geometryOf, spreading } from './window.ts';

const maxima = (x: Tensor, out: Tensor, attributes: PoolAttributes) =>
  firstMaxima(x, geometryOf(x.sizes, out.sizes, poolAxes('maxPool', x, attributes)), out.size);

/** Every window's elements as channels, [N·C, kernel size, …positions]: a convolution with one-hot weights. */
function windowsOf(x: Tensor, axes: readonly Axis[], outside: number, out: TensorType): Tensor {
  const sizes = x.shape.slice(2) as number[];
  const { pads } = spreading(x, out, axes);
  const rank = axes.length;
  const around = [0, 0, ...pads.slice(0, rank), 0, 0, ...pads.slice(rank)];
  const planes = pads.some((p) => p > 0) ? pad(x, around, outside) : x;
  const padded = sizes.map((size, i) => size + pads[i] + pads[i + rank]);
  return conv(reshape(planes, [-1, 1, ...padded]), oneHotKernel(x, axes), undefined, {
    strides: axes.map((axis) => axis.stride),
    dilations: axes.map((axis) => axis.dilation),
  });
}

/** [kernel size, 1, …kernel]: weight k picks element k of a window. */
function oneHotKernel(x: TensorType, axes: readonly Axis[]): Tensor {
  const kernel = axes.map((axis) => axis.kernel);
  const size = sizeOf(kernel);
  const data = allocate({ dtype: x.dtype, shape: [size * size] }) as Float32Array;
  for (let k = 0; k < size; k++) data[k * size + k] = 1;
  return new Tensor({ dtype: x.dtype, shape: [size, 1, ...kernel] }, data);
}

/** Where the first maximum of every window is, as [N·C, kernel size, …positions] of bool. */
function firstMaximum(x: Tensor, axes: readonly Axis[], out: TensorType): Tensor {
  // Less than any number, and unlike −∞ still 0 when multiplied by 0.
  const windows = windowsOf(x, axes, -3.4e38, out);
  const size = sizeOf(axes.map((axis) => axis.kernel));
  const places = tensorOf(
    'int64',
    [1, size, ...axes.map(() => 1)],
    BigInt64Array.from({ length: size }, (_, k) => BigInt(k)),
  );
  return equal(argMax(windows, 1, true), places);
}

/** The planes of x as pictures of one channel, and back. */
const asPlanes = (x: Tensor): Tensor => reshape(x, [-1, 1, ...(x.shape.slice(2) as number[])]);
const asChannels = (x: Tensor, like: TensorType): Tensor =>
  reshape(x, [-1, ...(like.shape.slice(1, 2) as number[]), ...(x.shape.slice(2) as number[])]);

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
  lower: ([x, dy], attributes) => {
    const axes = poolAxes('maxPool', x, attributes);
    const parts = where(firstMaximum(x, axes, dy), asPlanes(dy), 0);
    const planes = convTranspose(parts, oneHotKernel(x, axes), undefined, spreading(x, dy, axes));
    return [asChannels(planes, x)];
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
  lower: ([x, v], attributes) => {
    const axes = poolAxes('maxPool', x, attributes);
    const [out] = inferPool('maxPool')([x], attributes);
    const parts = where(firstMaximum(x, axes, out), windowsOf(v, axes, 0, out), 0);
    return [asChannels(sum(parts, { axes: 1, keepDims: true }), x)];
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
    return floored && [MaxPool.call([x], floored)[0]];
  },
});

/**
 * The maximum of every window of x [N, C, H, W] (or [N, C, W]).
 * @throws InputError when the window is larger than the padded input
 */
export const maxPool = (x: Tensor, options: PoolOptions): Tensor =>
  MaxPool.call([x], { ...options, ceilMode: options.ceilMode ? 1 : 0 })[0];

import { type AttributesOf, attr } from '../attributes.ts';
import { firstMaxima } from '../kernels/pool.ts';
import { defineOp, type Op, ownDomain } from '../op.ts';
import type { Tensor } from '../tensor.ts';
import type { TensorType } from '../types.ts';
import { geometryOf, positions, requirePicture, windowAxes } from './window.ts';

export const poolRules = {
  autoPad: attr.string('NOTSET'),
  ceilMode: attr.int(0),
  dilations: attr.ints(),
  kernelShape: attr.ints([]),
  pads: attr.ints(),
  strides: attr.ints(),
};
export type PoolAttributes = AttributesOf<typeof poolRules>;

export interface PoolOptions {
  /** Rows and columns of a window. */
  readonly kernelShape: readonly number[];
  /** Steps between windows; 1 unless given, as ONNX has it. */
  readonly strides?: readonly number[];
  /** Padding [top, left, bottom, right], which no maximum or average sees; none unless given. */
  readonly pads?: readonly number[];
  readonly dilations?: readonly number[];
  /** Whether a last window that reaches over the end counts, if it starts inside; no unless given. */
  readonly ceilMode?: boolean;
}

export const poolAxes = (where: string, x: TensorType, attributes: PoolAttributes) =>
  windowAxes(where, x.shape, attributes.kernelShape, attributes);

export const inferPool =
  (where: string) =>
  ([x]: readonly TensorType[], attributes: PoolAttributes): [TensorType] => {
    requirePicture(where, x);
    const spatial = poolAxes(where, x, attributes).map((axis, i) =>
      positions(where, x.shape[i + 2], axis, attributes.ceilMode === 1),
    );
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...spatial] }];
  };

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
});

/** dx is dy at the first maximum of every window, in row order, and 0 elsewhere */
const maxPoolRules = { ...poolRules, storageOrder: attr.int(0) };

export const MaxPool = defineOp<typeof maxPoolRules>({
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
});

/**
 * The maximum of every window of x [N, C, H, W] (or [N, C, W]).
 * @throws InputError when the window is larger than the padded input
 */
export const maxPool = (x: Tensor, options: PoolOptions): Tensor =>
  MaxPool.call([x], { ...options, ceilMode: options.ceilMode ? 1 : 0 })[0];

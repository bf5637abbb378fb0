import * as tf from '@tensorflow/tfjs';
import {
  arrange,
  channelsLast,
  depthwiseWindowFirst,
  type Held,
  natural,
  plain,
  windowFirst,
} from './held.ts';
import { tfWindow, type WindowAttributes } from './window.ts';

/** Those of all operators: each has, and reads, its own. */
export interface Attributes extends WindowAttributes {
  readonly group: number;
  readonly ceilMode: number;
  readonly epsilon: number;
  readonly alpha: number;
  readonly beta: number;
  readonly transA: number;
  readonly transB: number;
  readonly perm: readonly number[];
}

/** An operator of our graphs in TensorFlow.js. @param shapes the outputs' shapes in the graph */
export type TfOperator = (
  inputs: readonly Held[],
  attributes: Attributes,
  shapes: readonly (readonly number[])[],
) => Held[];

const unary =
  (fn: (x: tf.Tensor) => tf.Tensor): TfOperator =>
  ([{ tensor, axes }]) => [{ tensor: fn(tensor), axes }];

const binary =
  (fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): TfOperator =>
  ([a, b]) => {
    const { axes } = a.axes.length >= b.axes.length ? a : b;
    return [{ tensor: fn(arrange(a, axes), arrange(b, axes)), axes }];
  };

const picture = (tensor: tf.Tensor): Held => ({ tensor, axes: channelsLast });

const pixels = (x: Held): tf.Tensor4D => arrange<tf.Tensor4D>(x, channelsLast);

function refuse(what: string): never {
  throw new Error(`${what} is not written for TensorFlow.js`);
}

const reshape: TfOperator = ([x], _, [shape]) => [plain(natural(x).reshape([...shape]))];

/** A convolution of all channels, or of each channel alone. */
const conv: TfOperator = ([image, weight, bias], attributes) => {
  const { group } = attributes;
  const { x, strides, dilations, pad } = tfWindow(pixels(image), attributes);
  if (group !== 1 && group !== x.shape[3]) refuse(`a convolution of ${group} groups`);
  const y =
    group === 1
      ? tf.conv2d(x, arrange<tf.Tensor4D>(weight, windowFirst), strides, pad, 'NHWC', dilations)
      : tf.depthwiseConv2d(
          x,
          arrange<tf.Tensor4D>(weight, depthwiseWindowFirst),
          strides,
          pad,
          'NHWC',
          dilations,
        );
  return [picture(bias ? y.add(bias.tensor) : y)];
};

const maxPool: TfOperator = ([image], attributes) => {
  if (attributes.ceilMode !== 0) refuse('pooling in ceil mode');
  const { x, kernel, strides, pad } = tfWindow(pixels(image), attributes, Number.NEGATIVE_INFINITY);
  return [picture(tf.maxPool(x, kernel, strides, pad))];
};

const averagePool: TfOperator = ([image], attributes) => {
  const { ceilMode, pads = [] } = attributes;
  if (ceilMode !== 0 || pads.some((p) => p !== 0)) refuse('average pooling with padding');
  const { x, kernel, strides, pad } = tfWindow(pixels(image), attributes);
  return [picture(tf.avgPool(x, kernel, strides, pad))];
};

const batchNormTraining: TfOperator = ([image, scale, bias], { epsilon }) => {
  const x = pixels(image);
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const [m, v, b, s] = [mean, variance, bias.tensor, scale.tensor] as tf.Tensor1D[];
  const y = tf.batchNorm(x, m, v, b, s, epsilon);
  return [picture(y), plain(mean), plain(variance)];
};

const clip: TfOperator = ([x, low, high]) => {
  const [from, to] = [low, high].map((bound) => bound.constant?.[0] ?? refuse('a computed bound'));
  const clipped = from === 0 && to === 6 ? tf.relu6(x.tensor) : tf.clipByValue(x.tensor, from, to);
  return [{ tensor: clipped, axes: x.axes }];
};

const gemm: TfOperator = ([a, b, c], { alpha, beta, transA, transB }) => {
  if (alpha !== 1 || beta !== 1) refuse('a product with factors');
  const y = tf.matMul(natural<tf.Tensor2D>(a), natural<tf.Tensor2D>(b), transA === 1, transB === 1);
  return [plain(c ? y.add(natural(c)) : y)];
};

/** The operators that the forward passes of our networks consist of. */
export const tfOperators: Readonly<Record<string, TfOperator>> = {
  Add: binary(tf.add),
  AveragePool: averagePool,
  BatchNormTraining: batchNormTraining,
  Cast: unary((x) => x.toFloat()),
  Clip: clip,
  Conv: conv,
  Div: binary(tf.div),
  Flatten: reshape,
  Gemm: gemm,
  GlobalAveragePool: ([x]) => [picture(tf.mean(pixels(x), [1, 2], true))],
  Identity: unary((x) => x),
  MaxPool: maxPool,
  Mul: binary(tf.mul),
  Relu: unary((x) => tf.relu(x)),
  Reshape: reshape,
  Sub: binary(tf.sub),
  Tanh: unary((x) => tf.tanh(x)),
  // Axes only get other names; an operator that needs an order arranges them.
  Transpose: ([{ tensor, axes }], { perm }) => [{ tensor, axes: axes.map((axis) => perm.indexOf(axis)) }],
};

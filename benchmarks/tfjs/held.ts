import * as tf from '@tensorflow/tfjs';

/** A tensor of one of our graphs as TensorFlow.js holds it: its axis i is the graph's axis `axes[i]`. */
export interface Held {
  readonly tensor: tf.Tensor;
  readonly axes: readonly number[];
  /** The elements, where the graph has them as a constant. */
  readonly constant?: ArrayLike<number>;
}

/** How TensorFlow wants pictures [N, C, H, W]. */
export const channelsLast: readonly number[] = [0, 2, 3, 1];
/** How TensorFlow wants the weights [M, C, kH, kW] of a convolution, and those of one that sees each channel alone. */
export const windowFirst: readonly number[] = [2, 3, 1, 0];
export const depthwiseWindowFirst: readonly number[] = [2, 3, 0, 1];

const inOrder = (rank: number): number[] => Array.from({ length: rank }, (_, i) => i);

/** A tensor with its axes as the graph has them. */
export const plain = (tensor: tf.Tensor): Held => ({ tensor, axes: inOrder(tensor.rank) });

/** The tensor with its axes in this order; one of a lower rank as it broadcasts. */
export function arrange<T extends tf.Tensor>(x: Held, wanted: readonly number[]): T {
  const { tensor, axes } = x;
  const missing = wanted.length - axes.length;
  if (missing > 0 && tensor.size === 1) return tensor as T;
  if (missing > 0) {
    const y = natural(x);
    return arrange(plain(y.reshape([...Array<number>(missing).fill(1), ...y.shape])), wanted);
  }
  if (wanted.every((axis, i) => axis === axes[i])) return tensor as T;
  return tf.transpose(
    tensor,
    wanted.map((axis) => axes.indexOf(axis)),
  ) as T;
}

/** The tensor with its axes as the graph has them. */
export const natural = <T extends tf.Tensor>(x: Held): T => arrange<T>(x, inOrder(x.axes.length));

import * as tf from '@tensorflow/tfjs';

/** Attributes of a convolution or pooling, by our names. */
export interface WindowAttributes {
  readonly kernelShape: readonly [number, number];
  readonly strides?: readonly [number, number];
  /** [top, left, bottom, right] */
  readonly pads?: readonly number[];
  readonly dilations?: readonly [number, number];
}

export interface TfWindow {
  /** Channels last, with what TensorFlow's paddings can't say around it. */
  readonly x: tf.Tensor4D;
  readonly kernel: [number, number];
  readonly strides: [number, number];
  readonly dilations: [number, number];
  readonly pad: 'valid' | 'same';
}

/** How TensorFlow says the same: 'same' where it pads as wanted, else 'valid' after a padding of its own. */
export function tfWindow(x: tf.Tensor4D, attributes: WindowAttributes, outside = 0): TfWindow {
  const { kernelShape: kernel, strides = [1, 1], pads = [0, 0, 0, 0], dilations = [1, 1] } = attributes;
  const window = (padded: tf.Tensor4D, pad: 'valid' | 'same'): TfWindow => ({
    x: padded,
    pad,
    kernel: [...kernel],
    strides: [...strides],
    dilations: [...dilations],
  });
  if (pads.every((p) => p === 0)) return window(x, 'valid');
  const isSame = [0, 1].every((axis) => {
    const size = x.shape[axis + 1];
    const extent = (kernel[axis] - 1) * dilations[axis] + 1;
    const total = Math.max(0, (Math.ceil(size / strides[axis]) - 1) * strides[axis] + extent - size);
    return pads[axis] === total >> 1 && pads[axis + 2] === total - (total >> 1);
  });
  if (isSame) return window(x, 'same');
  const [top, left, bottom, right] = pads;
  const around: [number, number][] = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  return window(tf.pad(x, around, outside), 'valid');
}

import { attr } from '../attributes.ts';
import { rectify } from '../kernels/relu.ts';
import { defineOp, type InferInput } from '../op.ts';
import { noGrad } from '../tape.ts';
import type { Tensor } from '../tensor.ts';
import type { NumberArray, TensorType } from '../types.ts';
import { add } from './arithmetic.ts';
import { conv } from './conv.ts';
import { reshape } from './reshape.ts';
import { transpose } from './transpose.ts';
import { positions, windowAxes } from './window.ts';

// ONNX Runtime's fastest convolutions on a processor work on channels in blocks, as many as fit a vector register:
// [N, C / block, H, W, block]. It has them as operators of a domain of its own, `com.microsoft.nchwc`.

/** The domain of operators that the pass `emitBlocked` turns into ONNX Runtime's, once all others are lowered. */
export const blockedDomain = 'ai.trainyard.blocked';

/** x [N, C, H, W] with its channels in blocks: [N, C / block, H, W, block]. */
export function toBlocks(x: Tensor, block: number): Tensor {
  const [, channels, height, width] = x.shape as number[];
  // One block is channels last, which weight gradients take as well.
  if (channels === block) return reshape(transpose(x, [0, 2, 3, 1]), [0, 1, height, width, block]);
  return transpose(reshape(x, [0, channels / block, block, height, width]), [0, 1, 3, 4, 2]);
}

/** The inverse of `toBlocks`. */
export function fromBlocks(x: Tensor): Tensor {
  const [, blocks, height, width, block] = x.shape as number[];
  return reshape(transpose(x, [0, 1, 4, 2, 3]), [0, blocks * block, height, width]);
}

const rules = {
  block: attr.int(16),
  group: attr.int(1),
  pads: attr.ints(),
  strides: attr.ints(),
  /** Whether what is negative becomes 0 at the end: 0 or 1. */
  relu: attr.int(0),
};

/** Channels that a convolution with this weight reads. */
const channelsOf = (w: TensorType, group: number): number => (w.shape[1] as number) * group;

function infer(
  [x, w]: readonly InferInput[],
  { block, ...attributes }: { block: number } & Attributes,
): [TensorType] {
  const picture = [x.shape[0], channelsOf(w, attributes.group), ...x.shape.slice(2, 4)];
  const axes = windowAxes('blockedConv', picture, w.shape.slice(2) as number[], {
    ...attributes,
    autoPad: 'NOTSET',
  });
  const sizes = axes.map((axis, i) => positions('blockedConv', picture[i + 2], axis));
  return [{ dtype: x.dtype, shape: [x.shape[0], (w.shape[0] as number) / block, ...sizes, block] }];
}

interface Attributes {
  readonly group: number;
  readonly pads: readonly number[] | undefined;
  readonly strides: readonly number[] | undefined;
}

/**
 * A convolution that gives its channels in blocks, and reads them so: x [N, C / block, H, W, block], or [N, C, H, W]
 * where there are less than one block; w [M, C, kH, kW] and b [M] as always, M a multiple of the block. With `group`, it
 * is a depthwise one: w [C, 1, kH, kW], as many groups as channels. A fourth input of the result's shape is added to it.
 */
export const BlockedConv = defineOp({
  type: 'BlockedConv',
  domain: blockedDomain,
  attributes: rules,
  infer,
  kernel: ([x, w, b, addend], { block, group, pads, strides, relu }, [y]) => {
    const plain = noGrad(() =>
      conv(x.rank === 5 ? fromBlocks(x) : x, w, b, {
        group,
        ...(pads && { pads }),
        ...(strides && { strides }),
      }),
    );
    const inBlocks = noGrad(() => toBlocks(plain, block));
    const sum = addend ? noGrad(() => add(inBlocks, addend)) : inBlocks;
    if (relu) rectify(sum.data as NumberArray, y.data as NumberArray);
    else (y.data as NumberArray).set(sum.data as NumberArray);
  },
});

/**
 * Σ x · y of each channel over pictures and positions, both in blocks: [N, C / block, H, W, block] → [C]. Without y, the
 * sum of x. A depthwise convolution with y as its kernel is just that sum for one picture, and writes no products.
 */
export const BlockedDot = defineOp({
  type: 'BlockedDot',
  domain: blockedDomain,
  infer: ([{ dtype, shape }]) => [{ dtype, shape: [(shape[1] as number) * (shape[4] as number)] }],
  kernel: ([x, y], _, [sums]) => {
    const [batch, blocks, height, width, block] = x.sizes;
    const [a, b] = [x.data as Float32Array, y?.data as Float32Array | undefined];
    const result = sums.data as Float32Array;
    const totals = new Float64Array(result.length);
    let i = 0;
    for (let n = 0; n < batch; n++)
      for (let c = 0; c < blocks; c++)
        for (let p = 0; p < height * width; p++)
          for (let lane = 0; lane < block; lane++, i++) totals[c * block + lane] += b ? a[i] * b[i] : a[i];
    result.set(totals);
  },
});

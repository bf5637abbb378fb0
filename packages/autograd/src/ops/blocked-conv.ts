import { attr } from '../attributes.ts';
import { defineOp, type InferInput } from '../op.ts';
import { noGrad } from '../tape.ts';
import type { Tensor } from '../tensor.ts';
import type { NumberArray, TensorType } from '../types.ts';
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

const rules = { block: attr.int(16), group: attr.int(1), pads: attr.ints(), strides: attr.ints() };

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
 * is a depthwise one: w [C, 1, kH, kW], as many groups as channels.
 */
export const BlockedConv = defineOp({
  type: 'BlockedConv',
  domain: blockedDomain,
  attributes: rules,
  infer,
  kernel: ([x, w, b], { block, group, pads, strides }, [y]) => {
    const plain = noGrad(() =>
      conv(x.rank === 5 ? fromBlocks(x) : x, w, b, {
        group,
        ...(pads && { pads }),
        ...(strides && { strides }),
      }),
    );
    (y.data as NumberArray).set(noGrad(() => toBlocks(plain, block)).data as NumberArray);
  },
});

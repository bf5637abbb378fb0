import type { Tensor } from '../tensor.ts';
import { zeros } from '../tensor.ts';
import { concat } from './concat.ts';
import { matMul } from './matmul.ts';
import { pad } from './pad.ts';
import { reshape } from './reshape.ts';
import { transpose } from './transpose.ts';

/** Channels up to which a product for each element of the kernel is too thin. */
const fewChannels = 16;

/** Whether `shiftedWeightGrad` takes the gradient, and pays: few channels, and windows around each element. */
export function isShifted(
  channels: readonly number[],
  kernelShape: readonly number[],
  pads: readonly number[] | undefined,
  others: readonly number[],
): boolean {
  const isAround = [...kernelShape, ...kernelShape].every((size, i) => size === 2 * (pads?.[i] ?? 0) + 1);
  const isWide = kernelShape.length === 2 && kernelShape.every((size) => size > 1);
  return isAround && isWide && others.every((n) => n === 1) && channels.every((n) => n <= fewChannels);
}

/**
 * The gradient of a weight [M, C, kH, kW] from x [C, N, H, W] and dy [M, N, H, W] with windows around each element, as
 * one product: dy under each other as the kernel's rows shift it, times x under each other as its columns do. With
 * zeros between rows and pictures, a shift is one of the whole in memory.
 */
export function shiftedWeightGrad(
  x: Tensor,
  dy: Tensor,
  [kernelHeight, kernelWidth]: readonly number[],
): Tensor {
  const [channels, batch, height, width] = x.shape as number[];
  const outputs = dy.shape[0] as number;
  const [above, before] = [(kernelHeight - 1) / 2, (kernelWidth - 1) / 2];
  const row = width + before;
  const length = batch * (height + above) * row;
  const spread = (t: Tensor) => reshape(pad(t, [0, 0, 0, 0, 0, 0, above, before]), [-1, length]);
  const most = (kernelHeight - 1) * row;
  const rows = Array.from({ length: kernelHeight }, (_, r) => r * row);
  const columns = Array.from({ length: kernelWidth }, (_, c) => above * row + before - c);
  const product = matMul(
    shifted(spread(dy), rows, length + most),
    transpose(shifted(spread(x), columns, length + most), [1, 0]),
  );
  const apart = reshape(product, [outputs, kernelHeight, channels, kernelWidth]);
  return transpose(apart, [0, 2, 1, 3]);
}

/** Rows of t behind each of so many zeros: [rows · offsets, total], in one copy. */
function shifted(t: Tensor, offsets: readonly number[], total: number): Tensor {
  const [rows, length] = t.shape as number[];
  const ends = offsets.map((offset) => total - length - offset);
  const parts = offsets.flatMap((offset, i) => {
    const gap = offset + (i > 0 ? ends[i - 1] : 0);
    return gap > 0 ? [zeros([rows, gap], t.dtype), t] : [t];
  });
  const last = ends[ends.length - 1];
  if (last > 0) parts.push(zeros([rows, last], t.dtype));
  return reshape(concat(parts, 1), [rows * offsets.length, total]);
}

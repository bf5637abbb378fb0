import { type AttributesOf, attr } from '../attributes.ts';
import { convWeightGradient } from '../kernels/conv.ts';
import { defineOp, ownDomain } from '../op.ts';
import type { Tensor } from '../tensor.ts';
import { sizeOf, type TensorType } from '../types.ts';
import { type ConvOptions, conv } from './conv.ts';
import { convTranspose } from './conv-transpose.ts';
import { reshape } from './reshape.ts';
import { slice } from './slice.ts';
import { transpose } from './transpose.ts';
import { geometryOf, leftOver, windowAxes } from './window.ts';

const rules = {
  dilations: attr.ints(),
  group: attr.int(1),
  kernelShape: attr.ints([]),
  pads: attr.ints(),
  strides: attr.ints(),
};
type Attributes = AttributesOf<typeof rules>;

const axesOf = (x: TensorType, attributes: Attributes) =>
  windowAxes('convWeightGrad', x.shape, attributes.kernelShape, { ...attributes, autoPad: 'NOTSET' });

const optionsOf = ({ strides, pads, dilations, group }: Attributes): ConvOptions => ({
  ...(strides && { strides }),
  ...(pads && { pads }),
  ...(dilations && { dilations }),
  group,
});

/**
 * As one convolution that sums over pictures where the forward one sums over channels: x with the batch for
 * channels, dy for the weight, strides and dilations changed places. Each group's pictures are a group of channels.
 */
function asConv(x: Tensor, dy: Tensor, attributes: Attributes): Tensor {
  const { group, kernelShape } = attributes;
  const axes = axesOf(x, attributes);
  const spatial = x.shape.map((_, i) => i).slice(2);
  const [, channels, ...sizes] = x.shape as readonly number[];
  const inGroup = channels / group;
  // [N, g·C, …] to [C, g·N, …]
  const split = reshape(x, [0, group, inGroup, ...sizes]);
  const turned = transpose(split, [2, 1, 0, ...spatial.map((i) => i + 1)]);
  const pictures = reshape(turned, [inGroup, -1, ...sizes]);
  const weight = transpose(dy, [1, 0, ...spatial]);
  const all = conv(pictures, weight, undefined, {
    strides: axes.map((axis) => axis.dilation),
    dilations: axes.map((axis) => axis.stride),
    pads: [...axes.map((axis) => axis.begin), ...axes.map((axis) => axis.end)],
    group,
  });
  // What the strides left over at the end of x would be further elements of the kernel.
  const cut = slice(
    all,
    spatial.map(() => 0),
    kernelShape,
    spatial,
  );
  return transpose(cut, [1, 0, ...spatial]);
}

/**
 * dw = x ⋆ dy is bilinear, and ⟨v, x ⋆ dy⟩ = ⟨conv(x, v), dy⟩:
 * so the cotangent of dy is conv(x, v), and that of x the transposed convolution of dy with v.
 */
export const ConvWeightGrad = defineOp({
  type: 'ConvWeightGrad',
  domain: ownDomain,
  attributes: rules,
  infer: ([x, dy], { group, kernelShape }) => [
    {
      dtype: x.dtype,
      shape: [dy.shape[1], (x.shape[1] as number) / group, ...kernelShape],
    },
  ],
  kernel: ([x, dy], attributes, [dw]) =>
    convWeightGradient(x, dy, dw, geometryOf(x.sizes, dy.sizes, axesOf(x, attributes)), attributes.group),
  vjp: ({ inputs: [x, dy], attributes, cotangents: [v] }) => [
    () =>
      convTranspose(dy, v, undefined, {
        ...optionsOf(attributes),
        outputPadding: leftOver(x, dy, axesOf(x, attributes)),
      }),
    () => conv(x, v, undefined, optionsOf(attributes)),
  ],
  lower: ([x, dy], attributes) => [asConv(x, dy, attributes)],
  flops: ([x, dy], { group, kernelShape }) =>
    (2 * sizeOf(dy.shape as number[]) * (x.shape[1] as number) * sizeOf(kernelShape)) / group,
});

/**
 * The gradient of `conv`'s weight: x [N, C, H, W] and the output's cotangent dy [N, M, …] give
 * [M, C/group, ...kernelShape].
 */
export const convWeightGrad = (
  x: Tensor,
  dy: Tensor,
  kernelShape: readonly number[],
  options: ConvOptions = {},
): Tensor => ConvWeightGrad.call([x, dy], { ...options, kernelShape })[0];

import { type AttributesOf, attr } from '../attributes.ts';
import { convWeightGradient } from '../kernels/conv.ts';
import { defineOp, ownDomain } from '../op.ts';
import type { Tensor } from '../tensor.ts';
import { sizeOf, type TensorType } from '../types.ts';
import { type ConvOptions, conv } from './conv.ts';
import { convTranspose } from './conv-transpose.ts';
import { extent, geometryOf, windowAxes } from './window.ts';

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
        outputPadding: axesOf(x, attributes).map(
          (axis, i) =>
            (x.shape[i + 2] as number) +
            axis.begin +
            axis.end -
            extent(axis) -
            ((dy.shape[i + 2] as number) - 1) * axis.stride,
        ),
      }),
    () => conv(x, v, undefined, optionsOf(attributes)),
  ],
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

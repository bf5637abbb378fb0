import { type AttributesOf, attr } from '../attributes.ts';
import { InputError } from '../errors.ts';
import { convForward } from '../kernels/conv.ts';
import { defineOp, type InferInput, type Op } from '../op.ts';
import { requireFloat, type Tensor } from '../tensor.ts';
import { formatType, sizeOf, type TensorType } from '../types.ts';
import { convTranspose } from './conv-transpose.ts';
import { convWeightGrad } from './conv-weight-grad.ts';
import { portableConv } from './portable-conv.ts';
import { sum } from './reduce.ts';
import { geometryOf, leftOver, positions, requirePicture, windowAxes, withKernel } from './window.ts';

export const convRules = {
  autoPad: attr.string('NOTSET'),
  dilations: attr.ints(),
  group: attr.int(1),
  kernelShape: attr.ints(),
  pads: attr.ints(),
  strides: attr.ints(),
};
export type ConvAttributes = AttributesOf<typeof convRules>;

export interface ConvOptions {
  /** Steps between windows, per spatial axis; 1 unless given. */
  readonly strides?: readonly number[];
  /** Zeros around the input: [top, left, bottom, right]; none unless given. */
  readonly pads?: readonly number[];
  /** Steps between the elements of a window; 1 unless given. */
  readonly dilations?: readonly number[];
  /** Number of groups of channels that do not see each other; 1 unless given. */
  readonly group?: number;
}

/** @throws InputError when input, weight and bias do not fit each other */
function checkConv(x: TensorType, w: TensorType, b: TensorType | undefined, group: number): void {
  requirePicture('conv', x);
  requireFloat('conv', x);
  if (w.shape.length !== x.shape.length || w.dtype !== x.dtype)
    throw new InputError(
      'conv',
      `weight ${x.dtype} [M, C/group, ${x.shape.length === 4 ? 'kH, kW' : 'kW'}]`,
      formatType(w),
    );
  const [outputs, perGroup] = w.shape as readonly number[];
  if (x.shape[1] !== perGroup * group)
    throw new InputError(
      'conv',
      `${perGroup * group} input channels (${group} group${group === 1 ? '' : 's'} of ${perGroup})`,
      `${x.shape[1]}`,
      `check the weight [${w.shape.join(', ')}] and group`,
    );
  if (outputs % group !== 0)
    throw new InputError('conv', `output channels that divide into ${group} groups`, `${outputs}`);
  if (b && (b.shape.length !== 1 || b.shape[0] !== outputs || b.dtype !== x.dtype))
    throw new InputError('conv', `bias ${x.dtype}[${outputs}]`, formatType(b));
}

const axesOf = (x: TensorType, w: TensorType, attributes: ConvAttributes) =>
  windowAxes('conv', x.shape, w.shape.slice(2) as number[], attributes);

function inferConv([x, w, b]: readonly InferInput[], attributes: ConvAttributes): [TensorType] {
  checkConv(x, w, b, attributes.group);
  const axes = axesOf(x, w, attributes);
  const spatial = axes.map((axis, i) => positions('conv', x.shape[i + 2], axis));
  return [{ dtype: x.dtype, shape: [x.shape[0], w.shape[0], ...spatial] }];
}

/** The attributes without what depends on the input's size, and how much longer the input is than its windows reach. */
function resolved(x: Tensor, w: Tensor, attributes: ConvAttributes, y: Tensor) {
  const axes = axesOf(x, w, attributes);
  return {
    options: {
      strides: axes.map((axis) => axis.stride),
      pads: [...axes.map((axis) => axis.begin), ...axes.map((axis) => axis.end)],
      dilations: axes.map((axis) => axis.dilation),
      group: attributes.group,
    },
    outputPadding: leftOver(x, y, axes),
  };
}

/**
 * y = x ⋆ w + b is linear in each: dx is the transposed convolution of dy with w,
 * dw correlates x with dy, db sums dy over everything but channels.
 */
export const Conv: Op<typeof convRules> = defineOp<typeof convRules>({
  type: 'Conv',
  attributes: convRules,
  infer: inferConv,
  kernel: ([x, w, b], attributes, [y]) =>
    convForward(x, w, b, y, geometryOf(x.sizes, y.sizes, axesOf(x, w, attributes)), attributes.group),
  vjp: ({ inputs: [x, w], outputs: [y], attributes, cotangents: [dy] }) => {
    const call = () => resolved(x, w, attributes, y);
    return [
      () => {
        const { options, outputPadding } = call();
        return convTranspose(dy, w, undefined, Object.assign({ outputPadding }, options));
      },
      () => convWeightGrad(x, dy, w.shape.slice(2) as number[], call().options),
      () => sum(dy, { axes: dy.shape.map((_, i) => i).filter((i) => i !== 1) }),
    ];
  },
  lower: (inputs, attributes, target) =>
    target === 'portable'
      ? portableConv(Conv as unknown as Op, inputs, attributes, attributes.group)
      : undefined,
  flops: ([, w], _, [y]) => 2 * sizeOf(y.shape as number[]) * sizeOf((w.shape as number[]).slice(1)),
});

/**
 * Convolution (as networks say it: correlation) of x [N, C, H, W] with w [M, C/group, kH, kW], plus b [M].
 * Also of x [N, C, W] with w [M, C/group, kW].
 * @throws InputError when channels, group or sizes do not fit
 */
export const conv = (x: Tensor, w: Tensor, b?: Tensor, options: ConvOptions = {}): Tensor =>
  Conv.call([x, w, b], withKernel(options, w.shape.slice(2) as number[]))[0];

import { type AttributesOf, attr } from '../attributes.ts';
import { InputError } from '../errors.ts';
import { convInputGrad } from '../kernels/conv.ts';
import { defineOp, type InferInput, type Op } from '../op.ts';
import { requireFloat, type Tensor } from '../tensor.ts';
import { type Dim, formatType, sizeOf, type TensorType } from '../types.ts';
import { type ConvOptions, conv, convRules } from './conv.ts';
import { convWeightGrad } from './conv-weight-grad.ts';
import { portableConvTranspose } from './portable-conv.ts';
import { sum } from './reduce.ts';
import { type Axis, extent, geometryOf, requirePicture, windowAxes, withKernel } from './window.ts';

const rules = { ...convRules, outputPadding: attr.ints(), outputShape: attr.ints() };
type Attributes = AttributesOf<typeof rules>;

export interface ConvTransposeOptions extends ConvOptions {
  /** Rows and columns added at the end of the output, less than the stride; none unless given. */
  readonly outputPadding?: readonly number[];
}

function check(x: TensorType, w: TensorType, b: TensorType | undefined, group: number): void {
  requirePicture('convTranspose', x);
  requireFloat('convTranspose', x);
  if (w.shape.length !== x.shape.length || w.dtype !== x.dtype || w.shape[0] !== x.shape[1])
    throw new InputError(
      'convTranspose',
      `weight ${x.dtype} [${x.shape[1]}, M/group, ${x.shape.length === 4 ? 'kH, kW' : 'kW'}]`,
      formatType(w),
    );
  if ((w.shape[0] as number) % group !== 0)
    throw new InputError('convTranspose', `input channels that divide into ${group} groups`, `${w.shape[0]}`);
  const outputs = (w.shape[1] as number) * group;
  if (b && (b.shape.length !== 1 || b.shape[0] !== outputs || b.dtype !== x.dtype))
    throw new InputError('convTranspose', `bias ${x.dtype}[${outputs}]`, formatType(b));
}

/** The windows over the output, and the output's sizes: ONNX's rule, with its pads that follow from an output shape. */
function layOut(x: TensorType, w: TensorType, attributes: Attributes): { axes: Axis[]; sizes: Dim[] } {
  const rank = x.shape.length - 2;
  const { autoPad, outputPadding, outputShape } = attributes;
  const automatic = autoPad.startsWith('SAME');
  const raw = windowAxes('convTranspose', x.shape, w.shape.slice(2) as number[], {
    ...attributes,
    autoPad: automatic || outputShape ? 'NOTSET' : autoPad,
  });
  const wanted = outputShape?.slice(-rank);
  const sizes: Dim[] = [];
  const axes = raw.map((axis, i) => {
    const size = x.shape[i + 2];
    const added = outputPadding?.[i] ?? 0;
    if (typeof size === 'string') {
      sizes.push(`(${size}-1)*${axis.stride}+${extent(axis) + added - axis.begin - axis.end}`);
      return axis;
    }
    const whole = (size - 1) * axis.stride + extent(axis) + added;
    if (!automatic && !wanted) {
      sizes.push(whole - axis.begin - axis.end);
      return axis;
    }
    const target = wanted?.[i] ?? size * axis.stride;
    const total = Math.max(0, whole - target);
    const small = Math.floor(total / 2);
    const [begin, end] = autoPad === 'SAME_UPPER' ? [small, total - small] : [total - small, small];
    sizes.push(target);
    return { ...axis, begin, end };
  });
  return { axes, sizes };
}

function infer([x, w, b]: readonly InferInput[], attributes: Attributes): [TensorType] {
  check(x, w, b, attributes.group);
  const { axes, sizes } = layOut(x, w, attributes);
  axes.forEach((axis, i) => {
    const size = x.shape[i + 2];
    const target = sizes[i];
    if (typeof size !== 'number' || typeof target !== 'number') return;
    // A convolution of that size would not have this input; ONNX Runtime refuses it too.
    const added = target - (size - 1) * axis.stride - extent(axis) + axis.begin + axis.end;
    if (added >= axis.stride)
      throw new InputError('convTranspose', `output padding less than the stride ${axis.stride}`, `${added}`);
  });
  if (sizes.some((size) => typeof size === 'number' && size < 1))
    throw new InputError('convTranspose', 'pads that leave an output', `output sizes [${sizes.join(', ')}]`);
  return [{ dtype: x.dtype, shape: [x.shape[0], (w.shape[1] as number) * attributes.group, ...sizes] }];
}

const optionsOf = (axes: readonly Axis[], group: number) => ({
  strides: axes.map((axis) => axis.stride),
  pads: [...axes.map((axis) => axis.begin), ...axes.map((axis) => axis.end)],
  dilations: axes.map((axis) => axis.dilation),
  group,
});

/** y spreads every x over a window: dx convolves dy with w, dw correlates dy with x, db sums dy over all but channels. */
export const ConvTranspose: Op<typeof rules> = defineOp<typeof rules>({
  type: 'ConvTranspose',
  attributes: rules,
  infer,
  kernel: ([x, w, b], attributes, [y]) =>
    convInputGrad(x, w, b, y, geometryOf(y.sizes, x.sizes, layOut(x, w, attributes).axes), attributes.group),
  vjp: ({ inputs: [x, w], attributes, cotangents: [dy] }) => {
    const options = () => optionsOf(layOut(x, w, attributes).axes, attributes.group);
    return [
      () => conv(dy, w, undefined, options()),
      () => convWeightGrad(dy, x, w.shape.slice(2) as number[], options()),
      () => sum(dy, { axes: dy.shape.map((_, i) => i).filter((i) => i !== 1) }),
    ];
  },
  lower: (inputs, attributes, target) =>
    target === 'portable'
      ? portableConvTranspose(ConvTranspose as unknown as Op, inputs, attributes, attributes.group)
      : undefined,
  flops: ([x, w]) => 2 * sizeOf(x.shape as number[]) * sizeOf((w.shape as number[]).slice(1)),
});

/**
 * Transposed convolution of x [N, C, H, W] with w [C, M/group, kH, kW], plus b [M]: what `conv`'s gradient does.
 * @throws InputError when channels, group or sizes do not fit
 */
export const convTranspose = (x: Tensor, w: Tensor, b?: Tensor, options: ConvTransposeOptions = {}): Tensor =>
  ConvTranspose.call([x, w, b], withKernel(options, w.shape.slice(2) as number[]))[0];

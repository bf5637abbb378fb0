import { InputError } from '../errors.ts';
import type { Dim, Shape, TensorType } from '../types.ts';

/** The attributes that ONNX's windowed operators share; per spatial axis, pads first all begins, then all ends. */
export interface WindowAttributes {
  readonly autoPad: string;
  readonly strides: readonly number[] | undefined;
  readonly pads: readonly number[] | undefined;
  readonly dilations?: readonly number[] | undefined;
}

/** A window along one spatial axis. */
export interface Axis {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly begin: number;
  readonly end: number;
}

/** Elements of the input between the first and the last that a window reads, both counted. */
export const extent = ({ kernel, dilation }: Axis): number => (kernel - 1) * dilation + 1;

/** @throws InputError when the input is not [N, C, W] or [N, C, H, W] */
export function requirePicture(where: string, x: TensorType): void {
  if (x.shape.length === 3 || x.shape.length === 4) return;
  throw new InputError(
    where,
    'input [N, C, H, W]',
    `[${x.shape.join(', ')}]`,
    x.shape.length === 2 ? 'add a batch dimension' : 'reshape it',
  );
}

function perAxis(
  where: string,
  name: string,
  values: readonly number[] | undefined,
  length: number,
  fallback: number,
  least: number,
): readonly number[] {
  const given = values && values.length > 0 ? values : new Array<number>(length).fill(fallback);
  if (given.length !== length || given.some((v) => !Number.isInteger(v) || v < least))
    throw new InputError(where, `${name} of ${length} integers, at least ${least}`, `[${given.join(', ')}]`);
  return given;
}

/** Pads of ONNX's SAME_UPPER and SAME_LOWER: as many outputs as strides fit the input, the odd one at that end. */
function samePads(size: Dim, stride: number, reach: number, upper: boolean): [number, number] {
  // A named size of stride 1 needs no number.
  const left = typeof size === 'number' ? (Math.ceil(size / stride) - 1) * stride + reach - size : reach - 1;
  const total = Math.max(0, left);
  const small = Math.floor(total / 2);
  return upper ? [small, total - small] : [total - small, small];
}

/**
 * The windows of an operator along the spatial axes of `shape`, with `auto_pad` of foreign models resolved.
 * @throws InputError when attributes do not fit the number of axes
 */
export function windowAxes(
  where: string,
  shape: Shape,
  kernel: readonly number[],
  attributes: WindowAttributes,
): readonly Axis[] {
  const rank = shape.length - 2;
  const sizes = perAxis(where, 'kernelShape', kernel, rank, 1, 1);
  const strides = perAxis(where, 'strides', attributes.strides, rank, 1, 1);
  const dilations = perAxis(where, 'dilations', attributes.dilations, rank, 1, 1);
  const pads = perAxis(where, 'pads', attributes.pads, 2 * rank, 0, 0);
  return sizes.map((size, i) => {
    const axis = (begin: number, end: number): Axis => ({
      kernel: size,
      stride: strides[i],
      dilation: dilations[i],
      begin,
      end,
    });
    if (attributes.autoPad === 'NOTSET') return axis(pads[i], pads[i + rank]);
    if (attributes.autoPad === 'VALID') return axis(0, 0);
    const upper = attributes.autoPad === 'SAME_UPPER';
    if (!upper && attributes.autoPad !== 'SAME_LOWER')
      throw new InputError(where, 'autoPad NOTSET, VALID, SAME_UPPER or SAME_LOWER', attributes.autoPad);
    const [begin, end] = samePads(shape[i + 2], strides[i], extent(axis(0, 0)), upper);
    return axis(begin, end);
  });
}

/** Positions of a window along `size`. A named size stays itself where the windows keep it, else gets a new name. */
export function positions(where: string, size: Dim, axis: Axis, ceil = false): Dim {
  const { stride, begin, end } = axis;
  const slack = begin + end - extent(axis);
  if (typeof size === 'string') {
    if (stride === 1 && slack === -1) return size;
    return stride === 1
      ? `${size}${slack < -1 ? '' : '+'}${slack + 1}`
      : `(${size}${slack < 0 ? '' : '+'}${slack})/${stride}+1`;
  }
  if (size + slack < 0)
    throw new InputError(
      where,
      `a window of at most ${size + begin + end}, the padded input`,
      `${extent(axis)}`,
      'pad the input or use a smaller kernel or dilation',
    );
  if (!ceil) return Math.floor((size + slack) / stride) + 1;
  const count = Math.ceil((size + slack) / stride) + 1;
  // The last window has to start inside of the input or its left padding.
  return (count - 1) * stride >= size + begin ? count - 1 : count;
}

/**
 * How many elements of the padded x, along each axis, its windows leave out at the end; negative where they reach
 * over it.
 */
export const leftOver = (x: TensorType, windows: TensorType, axes: readonly Axis[]): number[] =>
  axes.map(
    (axis, i) =>
      (x.shape[i + 2] as number) +
      axis.begin +
      axis.end -
      extent(axis) -
      ((windows.shape[i + 2] as number) - 1) * axis.stride,
  );

/** Options of the transposed convolution that spreads windows over the elements of x that they were read from. */
export function spreading(x: TensorType, windows: TensorType, axes: readonly Axis[]) {
  // Positive where windows reach over the end of x, negative where they leave some of it out.
  const over = leftOver(x, windows, axes).map((left, i) => axes[i].end - left);
  return {
    strides: axes.map((axis) => axis.stride),
    dilations: axes.map((axis) => axis.dilation),
    pads: [...axes.map((axis) => axis.begin), ...over.map((o) => Math.max(0, o))],
    outputPadding: over.map((o) => Math.max(0, -o)),
  };
}

/** A convolution or pooling as two-dimensional numbers; a one-dimensional one has height 1. */
export interface Geometry {
  readonly height: number;
  readonly width: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly vertical: Axis;
  readonly horizontal: Axis;
}

const single: Axis = { kernel: 1, stride: 1, dilation: 1, begin: 0, end: 0 };

/** @param sizes shape of the larger side (the input of a convolution), @param out that of the smaller one */
export function geometryOf(
  sizes: readonly number[],
  out: readonly number[],
  axes: readonly Axis[],
): Geometry {
  const flat = sizes.length === 3;
  return {
    height: flat ? 1 : sizes[2],
    width: sizes[sizes.length - 1],
    outHeight: flat ? 1 : out[2],
    outWidth: out[out.length - 1],
    vertical: flat ? single : axes[0],
    horizontal: axes[axes.length - 1],
  };
}

/**
 * Options of an operator with the kernel's shape. Not `{ ...options, kernelShape }`: a spread that adds a name makes V8
 * a hidden class each time, which only a full collection takes back.
 */
export const withKernel = <T extends object>(options: T, kernelShape: readonly number[]) =>
  Object.assign({ kernelShape }, options);

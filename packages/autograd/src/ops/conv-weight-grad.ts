import { type AttributesOf, attr } from '../attributes.ts';
import { convWeightGradient } from '../kernels/conv.ts';
import { defineOp, ownDomain, type Target } from '../op.ts';
import { int64s, type Tensor } from '../tensor.ts';
import { sizeOf, type TensorType } from '../types.ts';
import { concat } from './concat.ts';
import { type ConvOptions, conv } from './conv.ts';
import { convTranspose } from './conv-transpose.ts';
import { depthwiseWeightGrad } from './depthwise.ts';
import { gather } from './gather.ts';
import { matMul } from './matmul.ts';
import { pad } from './pad.ts';
import { pointwiseWeightGrad } from './pointwise.ts';
import { sum } from './reduce.ts';
import { reshape } from './reshape.ts';
import { slice } from './slice.ts';
import { transpose } from './transpose.ts';
import { type Axis, geometryOf, leftOver, windowAxes, withKernel } from './window.ts';

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

/** x with the padding that windows read. */
function paddedFor(x: Tensor, axes: readonly Axis[], first: number): Tensor {
  const around = (widths: number[]) => (first === 1 ? [0, ...widths, 0] : [0, 0, ...widths]);
  const pads = [...around(axes.map(({ begin }) => begin)), ...around(axes.map(({ end }) => end))];
  return pads.some((p) => p > 0) ? pad(x, pads) : x;
}

/** All elements of the kernel by their indices. */
const placesOf = (axes: readonly Axis[]): number[][] =>
  axes.reduce<number[][]>(
    (found, { kernel }) => found.flatMap((place) => Array.from({ length: kernel }, (_, k) => [...place, k])),
    [[]],
  );

/**
 * For every element of the kernel, what it reads of x: [N, C, …positions] each; or of x [N, …positions, C], where
 * `first`, the first spatial axis, is 1.
 * @param counts positions along each spatial axis
 */
function tapsOf(x: Tensor, counts: readonly number[], axes: readonly Axis[], first = 2): Tensor[] {
  const spatial = axes.map((_, i) => i + first);
  const padded = paddedFor(x, axes, first);
  return placesOf(axes).map((place) => {
    const starts = place.map((k, i) => k * axes[i].dilation);
    const ends = starts.map((start, i) => start + (counts[i] - 1) * axes[i].stride + 1);
    const strides = axes.map((axis) => axis.stride);
    return slice(padded, starts, ends, spatial, strides.some((s) => s > 1) ? strides : undefined);
  });
}

const positionsOf = (dy: Tensor): number[] => dy.shape.slice(2) as number[];

/** dw as [M, taps · C/group], taps outermost: a matrix product for every picture, then their sum. */
function byPicture(x: Tensor, dy: Tensor, attributes: Attributes): Tensor {
  const { group } = attributes;
  const positions = sizeOf(dy.shape.slice(2) as number[]);
  const inGroup = (x.shape[1] as number) / group;
  const outputs = (dy.shape[1] as number) / group;
  const taps = tapsOf(x, positionsOf(dy), axesOf(x, attributes)).map((tap) =>
    reshape(tap, [-1, group, inGroup, positions]),
  );
  const columns = transpose(concat(taps, 2), [0, 1, 3, 2]);
  const products = matMul(reshape(dy, [-1, group, outputs, positions]), columns);
  return reshape(sum(products, { axes: 0 }), [group * outputs, -1]);
}

/**
 * The same with a matrix product for every tap, over all pictures at once: dy with channels first times x with channels
 * last, the layout in which taps are copied in long runs and neither side of the product is turned once more.
 * @param x [N, …, C]
 * @param dy [M, N, …]
 */
function byTap(x: Tensor, dy: Tensor, axes: readonly Axis[], group: number): Tensor {
  const inGroup = (x.shape[x.rank - 1] as number) / group;
  const outputs = (dy.shape[0] as number) / group;
  const rows = reshape(dy, [group, outputs, -1]);
  const products = tapsOf(x, positionsOf(dy), axes, 1).map((tap) =>
    matMul(
      rows,
      group === 1 ? reshape(tap, [1, -1, inGroup]) : transpose(reshape(tap, [-1, group, inGroup]), [1, 0, 2]),
    ),
  );
  return reshape(concat(products, 2), [group * outputs, -1]);
}

/** Positions of a picture from which on each picture has products of its own. */
const manyPositions = 4096;

/**
 * The same where pictures are large, with a product for every tap and picture: ONNX Runtime shares those out to threads,
 * where a product of few rows and columns is done by one. It also gathers on all threads, and slices on one.
 * @param x [N, …, C]
 * @param dy [N, M, …]
 */
function byTapAndPicture(x: Tensor, dy: Tensor, axes: readonly Axis[]): Tensor {
  const [, outputs, ...counts] = dy.shape as number[];
  const channels = x.shape[x.rank - 1] as number;
  const padded = paddedFor(x, axes, 1);
  const sizes = padded.shape.slice(1, -1) as number[];
  const pictures = reshape(padded, [0, -1, channels]);
  const rows = reshape(dy, [0, outputs, -1]);
  const products = placesOf(axes).map((place) => {
    const read = axes.reduce<number[]>(
      (found, { stride, dilation }, i) =>
        found.flatMap((at) =>
          Array.from({ length: counts[i] }, (_, n) => at * sizes[i] + n * stride + place[i] * dilation),
        ),
      [0],
    );
    return matMul(rows, gather(pictures, int64s(read), 1));
  });
  return reshape(sum(concat(products, 2), { axes: 0 }), [outputs, -1]);
}

/** [M, taps · C/group] with taps outermost as [M, C/group, …kernelShape]. */
function asWeight(products: Tensor, kernelShape: readonly number[], inGroup: number): Tensor {
  const [outputs] = products.shape as number[];
  const apart = reshape(products, [outputs, -1, inGroup]);
  return reshape(transpose(apart, [0, 2, 1]), [outputs, inGroup, ...kernelShape]);
}

/**
 * The gradient of a weight [M, C, …kernelShape] of few channels C where dy has its channels in blocks: all taps of a
 * picture are joined, and multiplied by each block.
 * @param x [N, C, …]
 * @param dy [N, M / block, …, block]
 */
export function blockedWeightGrad(
  x: Tensor,
  dy: Tensor,
  kernelShape: readonly number[],
  options: ConvOptions,
): Tensor {
  const [, channels] = x.shape as number[];
  const [, blocks, ...rest] = dy.shape as number[];
  const [block] = rest.splice(-1);
  const attributes = { dilations: undefined, pads: undefined, strides: undefined, group: 1, ...options };
  const taps = tapsOf(x, rest, axesOf(x, { ...attributes, kernelShape })).map((tap) =>
    reshape(tap, [0, 1, channels, -1]),
  );
  const products = matMul(concat(taps, 2), reshape(dy, [0, blocks, -1, block]));
  const rows = reshape(transpose(sum(products, { axes: 0 }), [0, 2, 1]), [blocks * block, -1]);
  return asWeight(rows, kernelShape, channels);
}

/** Axes of windows over x [N, …, C]. */
function axesOfLast(x: Tensor, kernelShape: readonly number[], options: ConvOptions): readonly Axis[] {
  const [batch, ...rest] = x.shape as number[];
  return axesOf(
    { dtype: x.dtype, shape: [batch, rest.at(-1) as number, ...rest.slice(0, -1)] },
    { dilations: undefined, pads: undefined, strides: undefined, group: 1, ...options, kernelShape },
  );
}

/**
 * The gradient of a weight [M, C, …kernelShape] where the layouts are those of the products already.
 * @param x [N, …, C]
 * @param dy [M, N, …]
 */
export const laidOutWeightGrad = (
  x: Tensor,
  dy: Tensor,
  kernelShape: readonly number[],
  options: ConvOptions,
): Tensor =>
  asWeight(byTap(x, dy, axesOfLast(x, kernelShape, options), 1), kernelShape, x.shape[x.rank - 1] as number);

/**
 * The gradient of a weight [M, C, …kernelShape] with products for all pictures or for each, by their size.
 * @param x [N, …, C]
 * @param dy [N, M, …]
 */
export function channelsLastWeightGrad(
  x: Tensor,
  dy: Tensor,
  kernelShape: readonly number[],
  options: ConvOptions,
): Tensor {
  const channels = x.shape[x.rank - 1] as number;
  if (sizeOf(positionsOf(dy)) >= manyPositions)
    return asWeight(byTapAndPicture(x, dy, axesOfLast(x, kernelShape, options)), kernelShape, channels);
  return laidOutWeightGrad(x, channelsFirst(dy), kernelShape, options);
}

/** [N, M, …] as [M, N, …]. */
const channelsFirst = (dy: Tensor): Tensor => transpose(dy, [1, 0, ...dy.shape.map((_, i) => i).slice(2)]);

/** Below this many channels in a group, the taps of a picture are joined into one product. */
const fewChannels = 8;

/**
 * Matrix products of dy with what each element of the kernel reads of x. Few channels make products that are too thin,
 * so their taps are joined, where joining them for each picture does not make more of them than there are positions.
 */
function asProducts(x: Tensor, dy: Tensor, attributes: Attributes, target: Target): Tensor {
  const { group, kernelShape } = attributes;
  const inGroup = (x.shape[1] as number) / group;
  const positions = sizeOf(dy.shape.slice(2) as number[]);
  const joined = inGroup < fewChannels && sizeOf(kernelShape) * inGroup <= positions;
  if (joined) return asWeight(byPicture(x, dy, attributes), kernelShape, inGroup);
  const spatial = x.shape.map((_, i) => i).slice(2);
  const channelsLast = transpose(x, [0, ...spatial, 1]);
  const axes = axesOf(x, attributes);
  const products =
    group === 1 && positions >= manyPositions && target === 'cpu'
      ? byTapAndPicture(channelsLast, dy, axes)
      : byTap(channelsLast, channelsFirst(dy), axes, group);
  return asWeight(products, kernelShape, inGroup);
}

/** Whether a window reads the one element at its position. */
const isPoint = ({ kernel, stride, begin, end }: Axis): boolean =>
  kernel === 1 && stride === 1 && begin === 0 && end === 0;

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
  lower: ([x, dy], attributes, target) => {
    const { group } = attributes;
    const axes = axesOf(x, attributes);
    if (group === 1 && axes.every(isPoint)) return [pointwiseWeightGrad(x, dy)];
    const isDepthwise = group > 1 && group === x.shape[1] && group === dy.shape[1];
    const byChannel = isDepthwise ? depthwiseWeightGrad(x, dy, axes) : undefined;
    return [byChannel ?? asProducts(x, dy, attributes, target)];
  },
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
): Tensor => ConvWeightGrad.call([x, dy], withKernel(options, kernelShape))[0];

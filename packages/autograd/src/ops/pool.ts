import { type AttributesOf, attr } from '../attributes.ts';
import type { TensorType } from '../types.ts';
import { extent, positions, requirePicture, windowAxes } from './window.ts';

export const poolRules = {
  autoPad: attr.string('NOTSET'),
  ceilMode: attr.int(0),
  dilations: attr.ints(),
  kernelShape: attr.ints([]),
  pads: attr.ints(),
  strides: attr.ints(),
};
export type PoolAttributes = AttributesOf<typeof poolRules>;

export interface PoolOptions {
  /** Rows and columns of a window. */
  readonly kernelShape: readonly number[];
  /** Steps between windows; 1 unless given, as ONNX has it. */
  readonly strides?: readonly number[];
  /** Padding [top, left, bottom, right], which no maximum or average sees; none unless given. */
  readonly pads?: readonly number[];
  readonly dilations?: readonly number[];
  /** Whether a last window that reaches over the end counts, if it starts inside; no unless given. */
  readonly ceilMode?: boolean;
}

export const poolAxes = (where: string, x: TensorType, attributes: PoolAttributes) =>
  windowAxes(where, x.shape, attributes.kernelShape, attributes);

export const inferPool =
  (where: string) =>
  ([x]: readonly TensorType[], attributes: PoolAttributes): [TensorType] => {
    requirePicture(where, x);
    const spatial = poolAxes(where, x, attributes).map((axis, i) =>
      positions(where, x.shape[i + 2], axis, attributes.ceilMode === 1),
    );
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...spatial] }];
  };

/**
 * The same pooling without ceil mode, where the rule for the last window leaves one out: ONNX's own shape rule did
 * not know that rule before opset 22, and ONNX Runtime then refuses what follows. Undefined where it does not
 * matter, or where padding that counts in a mean would have to grow.
 */
export function withoutCeil<A extends PoolAttributes>(
  where: string,
  x: TensorType,
  attributes: A,
  padsCount: boolean,
): A | undefined {
  if (attributes.ceilMode === 0 || !x.shape.slice(2).every((size) => typeof size === 'number'))
    return undefined;
  const axes = poolAxes(where, x, attributes);
  const counts = axes.map((axis, i) => positions(where, x.shape[i + 2], axis, true) as number);
  const leavesOut = axes.some((axis, i) => {
    const slack = (x.shape[i + 2] as number) + axis.begin + axis.end - extent(axis);
    return counts[i] < Math.ceil(slack / axis.stride) + 1;
  });
  if (!leavesOut) return undefined;
  const ends = axes.map((axis, i) =>
    Math.max(
      axis.end,
      (counts[i] - 1) * axis.stride + extent(axis) - axis.begin - (x.shape[i + 2] as number),
    ),
  );
  if (padsCount && ends.some((end, i) => end > axes[i].end)) return undefined;
  const pads = [...axes.map((axis) => axis.begin), ...ends];
  return { ...attributes, ceilMode: 0, autoPad: 'NOTSET', pads };
}

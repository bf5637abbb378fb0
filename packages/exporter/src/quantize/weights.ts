import { sizeOf } from '@trainyard/autograd';
import type { TensorData } from '@trainyard/onnx-ir';
import { roundHalfEven } from './parameters.ts';

export interface QuantizedWeights {
  readonly values: Int8Array;
  /** One for each index along the axis, or a single one. Float32. */
  readonly scales: Float32Array;
}

export interface WeightOptions {
  /** The dimension whose every index gets a scale of its own; undefined for one scale for all. */
  readonly axis?: number | undefined;
  /** 7 bits, [-64, 64], so that the sum of two products with uint8 fits 16 bits (x86 without VNNI). */
  readonly reduceRange?: boolean | undefined;
  /** A lower bound on the scale of each channel, for a bias that must fit 32 bits. */
  readonly leastScale?: (channel: number) => number;
}

const smallest = 2 ** -126;

/** Calls `visit` with the flat index and the index along `axis` of every element, in order. */
function forEachElement(
  dims: readonly number[],
  axis: number | undefined,
  visit: (index: number, channel: number) => void,
): void {
  const size = sizeOf(dims);
  const channels = axis === undefined ? 1 : dims[axis]!;
  const inner = axis === undefined ? size : sizeOf(dims.slice(axis + 1));
  for (let i = 0; i < size; i++) visit(i, Math.floor(i / inner) % channels);
}

/**
 * Weights as int8 around zero, without -128: Krishnamoorthi 2018 (arXiv:1806.08342, sections 2.2 and 3.1.1); a scale for
 * each output channel keeps small channels exact beside big ones. A channel of nothing but zeros gets scale 1.
 * @param data float32
 */
export function quantizeWeights(data: TensorData, options: WeightOptions = {}): QuantizedWeights {
  const { axis, reduceRange, leastScale = () => 0 } = options;
  const bound = reduceRange ? 64 : 127;
  const weights = data.view('float32');
  const scales = new Float32Array(axis === undefined ? 1 : data.dims[axis]!);
  forEachElement(data.dims, axis, (i, channel) => {
    scales[channel] = Math.max(scales[channel]!, Math.abs(weights[i]!));
  });
  for (let channel = 0; channel < scales.length; channel++) {
    const own = scales[channel] === 0 ? 0 : Math.max(scales[channel]! / bound, smallest);
    scales[channel] = Math.max(own, leastScale(channel)) || 1;
  }
  const values = new Int8Array(weights.length);
  forEachElement(data.dims, axis, (i, channel) => {
    values[i] = Math.max(-bound, Math.min(bound, roundHalfEven(weights[i]! / scales[channel]!)));
  });
  return { values, scales };
}

/** The greatest integer a bias may reach: half of int32's range, so that the sums added to it have the other half. */
const biasBound = 2 ** 30;

/** The least scale of a channel's weights at which `bias / (inputScale * scale)` fits 32 bits. */
export const leastScaleForBias = (bias: number, inputScale: number): number =>
  Math.abs(bias) / (inputScale * biasBound);

/** Bias as int32 in steps of input scale × weight scale, so that it adds to the integer sums as it is. */
export function quantizeBias(
  bias: Float32Array,
  inputScale: number,
  weightScales: Float32Array,
): { values: Int32Array; scales: Float32Array } {
  const scales = Float32Array.from(weightScales, (scale) => inputScale * scale);
  const values = Int32Array.from(bias, (b, i) => roundHalfEven(b / scales[scales.length === 1 ? 0 : i]!));
  return { values, scales };
}

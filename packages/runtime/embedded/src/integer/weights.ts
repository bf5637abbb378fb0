import { intOf } from '@trainyard/autograd/passes';
import { toNumbers, type Value } from '@trainyard/onnx-ir';
import { sizeOf } from '../program/element-type.ts';
import { type IntegerContext, int8Of, isConstantDequantize } from './context.ts';
import { roundHalfEven, toFixedPoint } from './requantize.ts';
import type { Quantization, Target } from './tensors.ts';

/** Weights as int8 around zero, with one scale or one for each output channel. */
export interface IntegerWeights {
  readonly name: string;
  readonly values: Int8Array;
  readonly dims: readonly number[];
  readonly scales: Float32Array;
}

/** The integers of weights that a DequantizeLinear makes floats of; a text where they have no such form. */
export function weightsOf(value: Value | undefined, channelAxis: number): IntegerWeights | string {
  const node = value?.producer;
  if (!value || !isConstantDequantize(node)) return 'its weights are no constant integers';
  const [x, scale, zeroPoint] = node.inputs;
  const { data } = x!;
  if (data!.dtype !== 'int8' && data!.dtype !== 'uint8') return `its weights are ${data!.dtype}`;
  if (scale?.data?.dtype !== 'float32') return "its weights' scale is not constant float32";
  const scales = scale.data.view('float32');
  const rank = data!.dims.length;
  const axis = intOf(node, 'axis', 1);
  if (scales.length > 1 && (axis < 0 ? axis + rank : axis) !== channelAxis)
    return `its weights have scales along axis ${axis}, not ${channelAxis}`;
  const origin = data!.dtype === 'uint8' ? 128 : 0;
  const zeros = zeroPoint?.data ? toNumbers(zeroPoint.data) : zeroPoint ? undefined : [0];
  if (!zeros?.every((zero) => zero === origin)) return 'its weights are not symmetric around zero';
  return { name: x!.name, values: int8Of(data!), dims: data!.dims, scales: scales.slice() };
}

/** A bias of int32 in steps of input × weight scale; a float one is rounded to them. */
export function biasOf(
  value: Value | undefined,
  count: number,
  input: Quantization,
  scales: Float32Array,
  context: IntegerContext,
): Int32Array | string {
  if (!value) return new Int32Array(count);
  const node = value.producer;
  const integers = isConstantDequantize(node) ? node.inputs[0]!.data! : undefined;
  if (integers?.dtype === 'int32') return spread(Int32Array.from(integers.view('int32')), count);
  const data = context.constant(value);
  if (data?.dtype !== 'float32') return 'its bias is not constant';
  const floats = spread(data.view('float32').slice(), count);
  if (typeof floats === 'string') return floats;
  const steps = Array.from(floats, (b, i) =>
    roundHalfEven(b / (input.scale * scales[scales.length === 1 ? 0 : i]!)),
  );
  return steps.some((step) => Math.abs(step) >= 2 ** 31)
    ? 'its bias does not fit 32 bits'
    : Int32Array.from(steps);
}

function spread<T extends Int32Array | Float32Array>(values: T, count: number): T | string {
  if (values.length === count) return values;
  return values.length === 1
    ? (new (values.constructor as new (n: number) => T)(count).fill(values[0]!) as T)
    : 'its bias is not one number for each output';
}

/**
 * Whether sums stay within 32 bits for every input: the greatest sum of |weights| × |input − zero| + |bias|.
 * @param channelOf the output channel of a weight, by its index
 */
export function overflow(
  { values }: IntegerWeights,
  bias: Int32Array,
  input: Quantization,
  channelOf: (index: number) => number,
): string | undefined {
  const most = Math.max(127 - input.zero, input.zero + 128);
  const sums = Array.from(bias, Math.abs);
  values.forEach((w, i) => {
    sums[channelOf(i)]! += Math.abs(w) * most;
  });
  return sums.some((sum) => sum >= 2 ** 31) ? 'its sums may not fit 32 bits' : undefined;
}

/** input scale × weight scale ÷ output scale in float32, as ONNX Runtime works it out. */
export const outputScales = (scales: Float32Array, input: Quantization, target: Quantization): Float32Array =>
  scales.map((scale) => Math.fround(Math.fround(input.scale * scale) / target.scale));

/** The same for a convolution of `count` outputs: CMSIS-NN wants one for each. */
export function convolutionScales(
  scales: Float32Array,
  input: Quantization,
  target: Quantization,
  count: number,
  { options }: IntegerContext,
): Float32Array {
  const factors = outputScales(scales, input, target);
  return options.cmsisNn && factors.length === 1 ? new Float32Array(count).fill(factors[0]!) : factors;
}

/** The constants behind weights and bias that rescale sums: scales, or multipliers and shifts. */
export function rescaleConstants(name: string, factors: Float32Array, context: IntegerContext): Value[] {
  const { writer, options } = context;
  if (options.requantize === 'float') return [writer.constant(`${name}_rescale`, [factors.length], factors)];
  const fixed = Array.from(factors, toFixedPoint);
  return [
    writer.constant(
      `${name}_multiplier`,
      [fixed.length],
      Int32Array.from(fixed, ({ multiplier }) => multiplier),
    ),
    writer.constant(
      `${name}_shift`,
      [fixed.length],
      Int32Array.from(fixed, ({ shift }) => shift),
    ),
  ];
}

export const targetFields = (target: Target, factors: Float32Array) => ({
  zero: target.zero,
  lowest: target.lowest,
  highest: target.highest,
  perChannel: factors.length > 1 ? 1 : 0,
});

/** Axes of a constant in another order. */
export function permuted(
  { values, dims }: Pick<IntegerWeights, 'values' | 'dims'>,
  order: readonly number[],
): Int8Array {
  const strides = dims.map((_, i) => sizeOf(dims.slice(i + 1)));
  const target = order.map((axis) => dims[axis]!);
  const result = new Int8Array(values.length);
  const index = target.map(() => 0);
  for (let at = 0; at < result.length; at++) {
    result[at] = values[order.reduce((from, axis, i) => from + index[i]! * strides[axis]!, 0)]!;
    for (let i = target.length - 1; i >= 0 && ++index[i]! === target[i]; i--) index[i] = 0;
  }
  return result;
}

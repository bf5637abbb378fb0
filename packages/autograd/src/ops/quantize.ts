import { attr } from '../attributes.ts';
import { InputError } from '../errors.ts';
import { defineOp, type InferInput } from '../op.ts';
import { requireFloat, type Tensor } from '../tensor.ts';
import { type DType, formatType, type NumberArray, normalizeAxis, sizeOf } from '../types.ts';
import { roundHalfToEven } from './unary.ts';

const ranges: Partial<Record<DType, readonly [low: number, high: number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
};

function rangeOf(dtype: DType): readonly [low: number, high: number] {
  const range = ranges[dtype];
  if (!range) throw new InputError('quantizeLinear', 'a zero point of uint8 or int8', dtype);
  return range;
}

/** @throws InputError when scales are neither one number nor one for each place along the axis */
function requireScales(where: string, x: InferInput, scale: InferInput, axis: number): void {
  requireFloat(where, scale);
  const single = scale.shape.length === 0 || (scale.shape.length === 1 && scale.shape[0] === 1);
  if (!single && scale.shape.join() !== String(x.shape[normalizeAxis(where, axis, x.shape.length)]))
    throw new InputError(
      where,
      `a scale for each place along axis ${axis} of ${formatType(x)}`,
      formatType(scale),
    );
}

/** Calls `run(k, start, end)` for each stretch of elements that scale k is for. */
function forEachScale(
  x: Tensor,
  scale: Tensor,
  axis: number,
  run: (k: number, start: number, end: number) => void,
): void {
  const whole = scale.size === 1;
  const at = whole ? 0 : normalizeAxis('quantizeLinear', axis, x.rank);
  const length = whole ? x.size : sizeOf(x.sizes.slice(at + 1));
  for (let start = 0, k = 0; start < x.size; start += length, k = (k + 1) % scale.size)
    run(k, start, start + length);
}

const quantized = (x: number, scale: number, zero: number, low: number, high: number): number =>
  // The quotient is rounded to float32 first, as ONNX Runtime has it.
  Math.min(Math.max(roundHalfToEven(Math.fround(x / scale)) + zero, low), high);

/** y = clamp(round(x / scale) + zero point), halves to the even number; one scale, or one for each place on the axis. */
export const QuantizeLinear = defineOp({
  type: 'QuantizeLinear',
  attributes: { axis: attr.int(1), saturate: attr.int() },
  infer: ([x, scale, zero], { axis }) => {
    requireScales('quantizeLinear', x, scale, axis);
    const dtype = zero?.dtype ?? 'uint8';
    rangeOf(dtype);
    return [{ dtype, shape: x.shape }];
  },
  kernel: ([x, scale, zero], { axis }, [y]) => {
    const [low, high] = rangeOf(y.dtype);
    const [from, scales, to] = [x.data, scale.data, y.data] as NumberArray[];
    forEachScale(x, scale, axis, (k, start, end) => {
      const offset = zero ? Number(zero.data[k]) : 0;
      for (let i = start; i < end; i++) to[i] = quantized(from[i], scales[k], offset, low, high);
    });
  },
});

/** y = (x − zero point) · scale */
export const DequantizeLinear = defineOp({
  type: 'DequantizeLinear',
  attributes: { axis: attr.int(1) },
  infer: ([x, scale, zero], { axis }) => {
    requireScales('dequantizeLinear', x, scale, axis);
    if (zero && zero.dtype !== x.dtype)
      throw new InputError('dequantizeLinear', `a zero point of ${x.dtype}`, formatType(zero));
    return [{ dtype: scale.dtype, shape: x.shape }];
  },
  kernel: ([x, scale, zero], { axis }, [y]) => {
    const [from, scales, to] = [x.data, scale.data, y.data] as NumberArray[];
    forEachScale(x, scale, axis, (k, start, end) => {
      const offset = zero ? Number(zero.data[k]) : 0;
      for (let i = start; i < end; i++) to[i] = (from[i] - offset) * scales[k];
    });
  },
});

/** uint8 with the scale and zero point that the smallest and largest element ask for; 0 stays exact. */
export const DynamicQuantizeLinear = defineOp({
  type: 'DynamicQuantizeLinear',
  infer: ([x]) => {
    requireFloat('dynamicQuantizeLinear', x);
    return [
      { dtype: 'uint8', shape: x.shape },
      { dtype: 'float32', shape: [] },
      { dtype: 'uint8', shape: [] },
    ];
  },
  kernel: ([x], _, [y, scale, zero]) => {
    const from = x.data as NumberArray;
    let low = 0;
    let high = 0;
    for (const value of from) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const step = high === low ? 1 : Math.fround(Math.fround(high - low) / 255);
    const offset = Math.min(Math.max(roundHalfToEven(Math.fround(-low / step)), 0), 255);
    scale.data[0] = step;
    zero.data[0] = offset;
    const to = y.data as Uint8Array;
    for (let i = 0; i < to.length; i++) to[i] = quantized(from[i], step, offset, 0, 255);
  },
});

/** Floats as whole numbers: clamp(round(x / scale) + zero point); scale and zero point [] or one for each place on `axis`. */
export const quantizeLinear = (x: Tensor, scale: Tensor, zeroPoint?: Tensor, axis = 1): Tensor =>
  QuantizeLinear.call([x, scale, zeroPoint], { axis })[0];

/** Floats from quantized numbers: (x − zero point) · scale. */
export const dequantizeLinear = (x: Tensor, scale: Tensor, zeroPoint?: Tensor, axis = 1): Tensor =>
  DequantizeLinear.call([x, scale, zeroPoint], { axis })[0];

import type { TensorData, Value } from '@trainyard/onnx-ir';
import { toNumbers } from '@trainyard/onnx-ir';

/** What integers stand for: `number = scale × (integer − zero)`. Integers are int8; uint8 is moved by 128. */
export interface Quantization {
  /** float32 */
  readonly scale: number;
  /** int8 */
  readonly zero: number;
  /** What was taken from the zero point to make it int8: 128 for uint8, else 0. */
  readonly origin: number;
}

/** The integers that a result is to be rounded to; the bounds are closer than int8's where a Relu or a Clip was folded. */
export interface Target extends Quantization {
  readonly lowest: number;
  readonly highest: number;
}

/** A tensor of int8 in the lowered graph. */
export interface IntegerTensor {
  readonly value: Value;
  readonly quantization: Quantization;
  /** As ONNX has it. */
  readonly shape: readonly number[];
  /**
   * Where given, channels lie innermost: ONNX's elements [shape[0], channels, rest] lie as [shape[0], rest, channels].
   * Undefined where memory has ONNX's order.
   */
  readonly channels: number | undefined;
}

export const sameQuantization = (a: Quantization, b: Quantization): boolean =>
  a.scale === b.scale && a.zero === b.zero;

export const isSaturating = ({ lowest, highest }: Target): boolean => lowest > -128 || highest < 127;

/** Scale and zero point of a QuantizeLinear or DequantizeLinear, where they are one each; a text where they are not. */
export function quantizationOf(
  scale: TensorData | undefined,
  zeroPoint: TensorData | undefined,
  dtype: string,
): Quantization | string {
  if (dtype !== 'int8' && dtype !== 'uint8') return `it is ${dtype}`;
  if (scale?.dtype !== 'float32' || scale.size !== 1) return 'its scale is not one constant float32';
  const [zero = 0] = zeroPoint ? toNumbers(zeroPoint) : [];
  const origin = dtype === 'uint8' ? 128 : 0;
  return { scale: scale.view('float32')[0]!, zero: zero - origin, origin };
}

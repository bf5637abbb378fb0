import { floatOf, isOnnx } from '@trainyard/autograd/passes';
import { type Node, toNumbers, type Value } from '@trainyard/onnx-ir';
import { clampTo, roundHalfEven } from './requantize.ts';
import type { Quantization, Target } from './tensors.ts';

/** The integer that stands for `x`, as QuantizeLinear has it; infinities are the ends. */
export const quantized = (x: number, { scale, zero }: Quantization): number =>
  roundHalfEven(clampTo(Math.fround(x / scale), -128 - zero, 127 - zero)) + zero;

/** Bounds of a Relu or of a Clip whose bounds are constant. */
export function boundsOf(node: Node): readonly [lowest: number, highest: number] | undefined {
  if (!isOnnx(node)) return undefined;
  if (node.opType === 'Relu') return [0, Infinity];
  if (node.opType !== 'Clip') return undefined;
  const bound = (value: Value | undefined, name: string, otherwise: number): number | undefined => {
    if (!value) return floatOf(node, name, otherwise);
    return value.data ? toNumbers(value.data)[0] : undefined;
  };
  const lowest = bound(node.inputs[1], 'min', -Infinity);
  const highest = bound(node.inputs[2], 'max', Infinity);
  return lowest === undefined || highest === undefined ? undefined : [lowest, highest];
}

/** Rounding grows with its argument, so a clamp before it is a clamp of the integers behind it. */
export function narrowed(target: Target, [lowest, highest]: readonly [number, number]): Target {
  const low = Math.max(target.lowest, quantized(lowest, target));
  return {
    ...target,
    lowest: low,
    highest: Math.max(low, Math.min(target.highest, quantized(highest, target))),
  };
}

import { type OutputRange, requantizeFloat, requantizeInteger } from '../integer/requantize.ts';
import type { IntegerArray } from './definition-int8.ts';
import type { CFunction, KernelOptions } from './kernel.ts';
import { requantizeFloatFunction, requantizeIntegerFunction } from './requantize-int8.ts';

/** Parameters of a kernel that brings its sums to the scale of its output. */
export const rescaleFields = ['zero', 'lowest', 'highest', 'perChannel'] as const;

/**
 * Brings the sum of a channel to the scale of the output.
 * @param by the operands behind weights and bias: float32 scales, or int32 multipliers and shifts; one a channel, or one
 */
export function rescaler(
  parameters: OutputRange & { readonly perChannel: number },
  by: readonly IntegerArray[],
): (sum: number, channel: number) => number {
  const [factors, shifts] = by;
  const at = (channel: number) => (parameters.perChannel ? channel : 0);
  if (shifts)
    return (sum, channel) =>
      requantizeInteger(sum, { multiplier: factors![at(channel)]!, shift: shifts[at(channel)]! }, parameters);
  return (sum, channel) => requantizeFloat(sum, factors![at(channel)]!, parameters);
}

/** The same in C: declarations of the operands, and the expression. */
export function rescaleC({ requantize }: KernelOptions): {
  readonly operands: string;
  readonly names: string;
  readonly needs: readonly CFunction[];
  rescaled(sum: string, channel: string): string;
} {
  const range = 'p->zero, p->lowest, p->highest';
  const at = (channel: string) => `[p->per_channel ? ${channel} : 0]`;
  if (requantize === 'float')
    return {
      operands: 'const float *scale',
      names: 'scale',
      needs: [requantizeFloatFunction],
      rescaled: (sum, channel) => `requantize_float(${sum}, scale${at(channel)}, ${range})`,
    };
  return {
    operands: 'const int32_t *multiplier, const int32_t *shift',
    names: 'multiplier, shift',
    needs: [requantizeIntegerFunction],
    rescaled: (sum, channel) =>
      `requantize_integer(${sum}, multiplier${at(channel)}, shift${at(channel)}, ${range})`,
  };
}

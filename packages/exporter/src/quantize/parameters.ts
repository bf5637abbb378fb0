import { InputError } from '@trainyard/autograd';

/** The lowest and the highest number a value takes, in the value's own unit. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Integers that stand for numbers: `real = scale * (integer - zeroPoint)`, integers in [lowest, highest]. */
export interface QuantParameters {
  readonly dtype: 'uint8' | 'int8';
  /** A normal, positive float32. */
  readonly scale: number;
  readonly zeroPoint: number;
  readonly lowest: number;
  readonly highest: number;
}

export interface ParameterOptions {
  readonly dtype: 'uint8' | 'int8';
  /** Zero in the middle: the range is widened to [-a, a]. */
  readonly symmetric?: boolean;
}

/** 2^-126, the least float32 with full precision: scales below it would be flushed or lose bits. */
const leastScale = 2 ** -126;

/** Rounds half to even, as QuantizeLinear does. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** A scale by which `steps` integers span `extent`. */
const scaleOver = (extent: number, steps: number): number =>
  Math.max(Math.fround(extent / steps), leastScale);

const limits = { uint8: [0, 255], int8: [-128, 127] } as const;

/**
 * Scale and zero point for numbers in `range`, by Jacob et al. 2018 (arXiv:1712.05877, section 2.1): the range is
 * widened to hold 0, and 0 is one of the integers, so padding and ReLU are exact. A range of nothing but 0 gets scale 1.
 * @throws InputError when the range is not finite or is upside down
 */
export function chooseParameters(range: Range, options: ParameterOptions): QuantParameters {
  if (!(Number.isFinite(range.min) && Number.isFinite(range.max) && range.min <= range.max))
    throw new InputError('quantize', 'a finite range with min ≤ max', `[${range.min}, ${range.max}]`);
  const min = Math.min(range.min, 0);
  const max = Math.max(range.max, 0);
  const { dtype, symmetric } = options;
  const [lowest, highest] = limits[dtype];
  if (symmetric) {
    const bound = Math.max(-min, max);
    const scale = bound === 0 ? 1 : scaleOver(bound, 127);
    return { dtype, scale, zeroPoint: highest - 127, lowest, highest };
  }
  const scale = max === min ? 1 : scaleOver(max - min, 255);
  const zeroPoint = Math.min(highest, Math.max(lowest, roundHalfEven(lowest - min / scale)));
  return { dtype, scale, zeroPoint, lowest, highest };
}

/** The integer that stands for `x`; numbers outside of the range get the nearest end. */
export function quantize(x: number, { scale, zeroPoint, lowest, highest }: QuantParameters): number {
  return Math.min(highest, Math.max(lowest, roundHalfEven(x / scale) + zeroPoint));
}

/** The number that the integer `q` stands for. */
export const dequantize = (q: number, { scale, zeroPoint }: QuantParameters): number =>
  scale * (q - zeroPoint);

/** Whether quantizing saturates wherever clamping to [min, max] would, so that the clamp can be left out. */
export const saturatesLike = (clamp: Range, parameters: QuantParameters): boolean =>
  quantize(clamp.min, parameters) === parameters.lowest &&
  quantize(clamp.max, parameters) === parameters.highest;

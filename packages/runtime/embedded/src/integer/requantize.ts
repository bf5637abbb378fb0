/**
 * How a sum of products of integers comes to the scale of its output. `float` multiplies by a float32 and rounds half to
 * even, as ONNX Runtime's kernels do. `integer` multiplies by a 31-bit number and shifts, rounding half up, as CMSIS-NN
 * does with CMSIS_NN_USE_SINGLE_ROUNDING: for processors without a floating-point unit.
 */
export type RequantizeMode = 'float' | 'integer';

/** The whole number nearest to `x`, the even one of two. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** NaN becomes the lowest, as in C. */
export const clampTo = (x: number, lowest: number, highest: number): number =>
  x > lowest ? Math.min(x, highest) : lowest;

/** What an output of 8 bits may be: `zero` stands for 0, and results end at `lowest` and `highest`. */
export interface OutputRange {
  readonly zero: number;
  readonly lowest: number;
  readonly highest: number;
}

/**
 * float32(sum) × scale, rounded half to even, plus the zero point, saturated.
 * @param sum int32
 * @param scale float32
 */
export function requantizeFloat(sum: number, scale: number, { zero, lowest, highest }: OutputRange): number {
  const scaled = Math.fround(Math.fround(sum) * scale);
  return roundHalfEven(clampTo(scaled, lowest - zero, highest - zero)) + zero;
}

/**
 * The same where ONNX Runtime adds the zero point before it rounds, in float32: Mul and AveragePool.
 * @param scaled float32, in steps of the output
 * @param origin what was taken from the zero point to make it int8: 128 for uint8, else 0
 */
export function roundWithZero(
  scaled: number,
  { zero, lowest, highest }: OutputRange,
  origin: number,
): number {
  const near = clampTo(scaled, lowest - zero - 1, highest - zero + 1);
  const moved = Math.fround(near + (zero + origin));
  return roundHalfEven(clampTo(moved, lowest + origin, highest + origin)) - origin;
}

/** A positive number as `multiplier × 2^(shift − 31)`, the multiplier in [2^30, 2^31). */
export interface FixedPoint {
  readonly multiplier: number;
  readonly shift: number;
}

/** The nearest fixed-point number; 0 below 2^-32, which is less than any sum of 32 bits could show. */
export function toFixedPoint(x: number): FixedPoint {
  if (!(x > 0) || !Number.isFinite(x))
    throw new RangeError(`toFixedPoint: expected a positive number, got ${x}`);
  let shift = Math.floor(Math.log2(x)) + 1;
  let multiplier = Math.round((x / 2 ** shift) * 2 ** 31);
  // The logarithm may be off by one near powers of two, and rounding may reach the next one.
  if (multiplier >= 2 ** 31) {
    shift++;
    multiplier = Math.round((x / 2 ** shift) * 2 ** 31);
  } else if (multiplier < 2 ** 30) {
    shift--;
    multiplier = Math.round((x / 2 ** shift) * 2 ** 31);
  }
  if (shift < -31) return { multiplier: 0, shift: 0 };
  if (shift > 30) throw new RangeError(`toFixedPoint: expected a number below 2^30, got ${x}`);
  return { multiplier, shift };
}

/** sum × multiplier × 2^(shift − 31), rounded half up. Exact: products have up to 63 bits. */
export function multiplyFixed(sum: number, { multiplier, shift }: FixedPoint): number {
  const total = BigInt(31 - shift);
  return Number((BigInt(sum) * BigInt(multiplier) + (1n << (total - 1n))) >> total);
}

/** The sum in the scale of the output, saturated. */
export const requantizeInteger = (
  sum: number,
  by: FixedPoint,
  { zero, lowest, highest }: OutputRange,
): number => clampTo(multiplyFixed(sum, by) + zero, lowest, highest);

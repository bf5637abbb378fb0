import type { CFunction } from './kernel.ts';

/**
 * 1.5 × 2^23 is where float32 steps are 1, so adding it rounds half to even, and the integer is in the low bits. What is
 * added to it was compared before, so no compiler makes one multiply-add of it, which would round once less.
 */
export const roundFunction: CFunction = {
  name: 'round_within',
  source: `/* The nearest integer, halves to the even one, of x within [lowest, highest], which has at most 22 bits; NaN is lowest. */
static int32_t round_within(float x, int32_t lowest, int32_t highest) {
  union { float number; int32_t bits; } magic;
  if (!(x > (float)lowest)) return lowest;
  if (x > (float)highest) return highest;
  magic.number = x + 12582912.0f;
  return magic.bits - 0x4B400000;
}`,
};

export const requantizeFloatFunction: CFunction = {
  name: 'requantize_float',
  needs: [roundFunction],
  source: `static int8_t requantize_float(int32_t sum, float scale, int32_t zero, int32_t lowest, int32_t highest) {
  return (int8_t)(round_within((float)sum * scale, lowest - zero, highest - zero) + zero);
}`,
};

export const roundWithZeroFunction: CFunction = {
  name: 'round_with_zero',
  needs: [roundFunction],
  source: `/* Adds the zero point before it rounds, as ONNX Runtime does in some kernels. */
static int8_t round_with_zero(float scaled, int32_t zero, int32_t lowest, int32_t highest, int32_t origin) {
  const float low = (float)(lowest - zero - 1);
  const float high = (float)(highest - zero + 1);
  const float near = scaled < low ? low : scaled > high ? high : scaled;
  return (int8_t)(round_within(near + (float)(zero + origin), lowest + origin, highest + origin) - origin);
}`,
};

export const multiplyFixedFunction: CFunction = {
  name: 'multiply_fixed',
  source: `/* sum * multiplier * 2^(shift - 31), halves up. Shifts of negative numbers keep the sign in every compiler we know. */
typedef char shifts_keep_the_sign[(-3 >> 1) == -2 ? 1 : -1];
static int64_t multiply_fixed(int32_t sum, int32_t multiplier, int32_t shift) {
  const int32_t total = 31 - shift;
  return ((int64_t)sum * multiplier + ((int64_t)1 << (total - 1))) >> total;
}`,
};

export const requantizeIntegerFunction: CFunction = {
  name: 'requantize_integer',
  needs: [multiplyFixedFunction],
  source: `static int8_t requantize_integer(int32_t sum, int32_t multiplier, int32_t shift, int32_t zero, int32_t lowest, int32_t highest) {
  const int64_t result = multiply_fixed(sum, multiplier, shift) + zero;
  return (int8_t)(result < lowest ? lowest : result > highest ? highest : result);
}`,
};

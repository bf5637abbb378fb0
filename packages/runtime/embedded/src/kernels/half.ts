import type { CFunction } from './kernel.ts';

/** Widens the bits of a float16 exactly. Source: the bit layouts of IEEE 754 binary16 and binary32. */
export const halfToFloat: CFunction = {
  name: 'half_to_float',
  source: `static float half_to_float(uint16_t half) {
  const uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
  const uint32_t exponent = (half >> 10) & 0x1fu;
  const uint32_t mantissa = half & 0x3ffu;
  uint32_t bits;
  float value;
  if (exponent == 0) {
    /* Zero, or a subnormal: mantissa / 2^24. */
    value = (float)mantissa * 5.9604644775390625e-8f;
    return sign ? -value : value;
  }
  bits = sign | ((exponent == 31 ? 255u : exponent + 112u) << 23) | mantissa << 13;
  memcpy(&value, &bits, sizeof value);
  return value;
}`,
};

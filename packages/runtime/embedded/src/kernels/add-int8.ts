import { clampTo, multiplyFixed, roundHalfEven } from '../integer/requantize.ts';
import { broadcastFields, denseOperands, forEachPair, pairSource } from './broadcast-int8.ts';
import { withCmsisNn } from './cmsis-nn-int8.ts';
import { defineIntegerKernel } from './definition-int8.ts';
import { multiplyFixedFunction } from './requantize-int8.ts';

const range = ['aZero', 'bZero', 'zero', 'lowest', 'highest'] as const;

/**
 * Sum of two tensors of different scales: both are multiplied to steps of 2^-bits of the output, added in 64 bits and
 * rounded once, half to even. ONNX Runtime does the same in float32, in an order that depends on the processor.
 */
export const addInt8 = defineIntegerKernel({
  operator: 'Add',
  integers: [...broadcastFields, ...range, 'aMultiplier', 'bMultiplier', 'bits'],
  run(p, [x, w], [y]) {
    forEachPair(p, (a, b, at) => {
      // Below 2^53, so exact.
      const sum = (x![a]! - p.aZero) * p.aMultiplier + (w![b]! - p.bZero) * p.bMultiplier;
      y![at] = clampTo(roundHalfEven(sum / 2 ** p.bits + p.zero), p.lowest, p.highest);
    });
  },
  inPlace: denseOperands,
  c: () => ({
    name: 'add_s8',
    source: pairSource(
      'add_s8',
      `  const int64_t zero = (int64_t)p->zero * ((int64_t)1 << p->bits), half = (int64_t)1 << (p->bits - 1);
`,
      `const int64_t sum = (int64_t)a * p->a_multiplier + (int64_t)b * p->b_multiplier + zero;
        /* Half to even: just below a half is added to even numbers, a half to odd ones. */
        const int64_t result = (sum + half - 1 + ((sum >> p->bits) & 1)) >> p->bits;
        *y++ = (int8_t)(result < p->lowest ? p->lowest : result > p->highest ? p->highest : result);`,
    ),
  }),
});

/** Bits that are put below the operands before they are rounded, as TensorFlow Lite and CMSIS-NN have it. */
export const addLeftShift = 20;

/** The same as CMSIS-NN adds: both operands and the sum are multiplied and rounded, each in 32 bits. */
export const addRoundedInt8 = defineIntegerKernel({
  operator: 'AddRounded',
  integers: [
    ...broadcastFields,
    ...range,
    'aMultiplier',
    'aShift',
    'bMultiplier',
    'bShift',
    'multiplier',
    'shift',
  ],
  run(p, [x, w], [y]) {
    forEachPair(p, (a, b, at) => {
      const left = (x![a]! - p.aZero) * 2 ** addLeftShift;
      const right = (w![b]! - p.bZero) * 2 ** addLeftShift;
      const sum =
        multiplyFixed(left, { multiplier: p.aMultiplier, shift: p.aShift }) +
        multiplyFixed(right, { multiplier: p.bMultiplier, shift: p.bShift });
      y![at] = clampTo(multiplyFixed(sum, p) + p.zero, p.lowest, p.highest);
    });
  },
  inPlace: denseOperands,
  c: (options, p) =>
    withCmsisNn(
      options,
      {
        name: 'add_rounded_s8',
        needs: [multiplyFixedFunction],
        source: pairSource(
          'add_rounded_s8',
          '',
          `const int64_t left = multiply_fixed(a * (1 << ${addLeftShift}), p->a_multiplier, p->a_shift);
        const int64_t right = multiply_fixed(b * (1 << ${addLeftShift}), p->b_multiplier, p->b_shift);
        const int64_t sum = multiply_fixed((int32_t)(left + right), p->multiplier, p->shift) + p->zero;
        *y++ = (int8_t)(sum < p->lowest ? p->lowest : sum > p->highest ? p->highest : sum);`,
        ),
      },
      denseOperands(p).length === 2 ? cmsisAdd : undefined,
    ),
});

const cmsisAdd = {
  name: 'cmsis_add_s8',
  scratchBytes: 0,
  source: `static int cmsis_add_s8(const int8_t *x, const int8_t *w, int8_t *y, const add_rounded_s8_parameters *p, uint8_t *scratch, int32_t bytes) {
  (void)scratch;
  (void)bytes;
  return arm_elementwise_add_s8(x, w, -p->a_zero, p->a_multiplier, p->a_shift, -p->b_zero, p->b_multiplier, p->b_shift, ${addLeftShift},
                                y, p->zero, p->multiplier, p->shift, p->lowest, p->highest, p->outer * p->inner * p->channels) == ARM_CMSIS_NN_SUCCESS;
}`,
};

import { requantizeInteger, roundWithZero } from '../integer/requantize.ts';
import { broadcastFields, denseOperands, forEachPair, pairSource } from './broadcast-int8.ts';
import { withCmsisNn } from './cmsis-nn-int8.ts';
import { defineIntegerKernel } from './definition-int8.ts';
import { requantizeIntegerFunction, roundWithZeroFunction } from './requantize-int8.ts';

/** Product of two tensors; `ratio` is the product of their scales over the output's. */
export const mulInt8 = defineIntegerKernel({
  operator: 'Mul',
  integers: [
    ...broadcastFields,
    'aZero',
    'bZero',
    'zero',
    'lowest',
    'highest',
    'origin',
    'multiplier',
    'shift',
  ],
  floats: ['ratio'],
  run(p, [x, w], [y]) {
    forEachPair(p, (a, b, at) => {
      const product = (x![a]! - p.aZero) * (w![b]! - p.bZero);
      y![at] = p.multiplier
        ? requantizeInteger(product, p, p)
        : roundWithZero(Math.fround(product * p.ratio), p, p.origin);
    });
  },
  inPlace: denseOperands,
  c: (options, p) => {
    const { requantize } = options;
    const kernel = {
      name: 'mul_s8',
      needs: [requantize === 'float' ? roundWithZeroFunction : requantizeIntegerFunction],
      source: pairSource(
        'mul_s8',
        '',
        requantize === 'float'
          ? '*y++ = round_with_zero((float)(a * b) * p->ratio, p->zero, p->lowest, p->highest, p->origin);'
          : '*y++ = requantize_integer(a * b, p->multiplier, p->shift, p->zero, p->lowest, p->highest);',
      ),
    };
    return withCmsisNn(options, kernel, denseOperands(p).length === 2 ? cmsisMul : undefined);
  },
});

const cmsisMul = {
  name: 'cmsis_mul_s8',
  scratchBytes: 0,
  source: `static int cmsis_mul_s8(const int8_t *x, const int8_t *w, int8_t *y, const mul_s8_parameters *p, uint8_t *scratch, int32_t bytes) {
  (void)scratch;
  (void)bytes;
  return arm_elementwise_mul_s8(x, w, -p->a_zero, -p->b_zero, y, p->zero, p->multiplier, p->shift, p->lowest, p->highest,
                                p->outer * p->inner * p->channels) == ARM_CMSIS_NN_SUCCESS;
}`,
};

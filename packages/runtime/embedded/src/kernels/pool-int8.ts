import { clampTo, requantizeFloat, requantizeInteger, roundWithZero } from '../integer/requantize.ts';
import { cmsisPicture, withCmsisNn } from './cmsis-nn-int8.ts';
import { windowFields } from './conv-int8.ts';
import { defineIntegerKernel, type Fields } from './definition-int8.ts';
import {
  requantizeFloatFunction,
  requantizeIntegerFunction,
  roundWithZeroFunction,
} from './requantize-int8.ts';

type Window = Fields<(typeof windowFields)[number], never>;

/** Calls `visit` for each output with the places of the inputs in its window, padding left out. */
function forEachWindow(p: Window, visit: (inputs: readonly number[], at: number) => void): void {
  let at = 0;
  for (let n = 0; n < p.batch; n++)
    for (let oy = 0; oy < p.outHeight; oy++)
      for (let ox = 0; ox < p.outWidth; ox++)
        for (let c = 0; c < p.channels; c++) {
          const inputs: number[] = [];
          for (let ky = 0; ky < p.kernelHeight; ky++)
            for (let kx = 0; kx < p.kernelWidth; kx++) {
              const iy = oy * p.strideHeight - p.padTop + ky * p.dilationHeight;
              const ix = ox * p.strideWidth - p.padLeft + kx * p.dilationWidth;
              if (iy >= 0 && iy < p.height && ix >= 0 && ix < p.width)
                inputs.push(((n * p.height + iy) * p.width + ix) * p.channels + c);
            }
          visit(inputs, at++);
        }
}

/** The loops of a pooling: `start` before a window, `tap` for each input `value` in it, `end` with the result. */
const poolSource = (name: string, start: string, tap: string, end: string): string =>
  `static void ${name}(const int8_t *x, int8_t *y, const ${name}_parameters *p) {
  int32_t n, oy, ox, c, ky, kx;
  for (n = 0; n < p->batch; n++, x += p->height * p->width * p->channels)
    for (oy = 0; oy < p->out_height; oy++)
      for (ox = 0; ox < p->out_width; ox++) {
        const int32_t y0 = oy * p->stride_height - p->pad_top, x0 = ox * p->stride_width - p->pad_left;
        for (c = 0; c < p->channels; c++) {
          ${start}
          for (ky = 0; ky < p->kernel_height; ky++) {
            const int32_t iy = y0 + ky * p->dilation_height;
            if (iy < 0 || iy >= p->height) continue;
            for (kx = 0; kx < p->kernel_width; kx++) {
              const int32_t ix = x0 + kx * p->dilation_width;
              if (ix < 0 || ix >= p->width) continue;
              {
                const int8_t value = x[(iy * p->width + ix) * p->channels + c];
                ${tap}
              }
            }
          }
          ${end}
        }
      }
}`;

/** The greatest of each window, in the scale of the input. */
export const maxPoolInt8 = defineIntegerKernel({
  operator: 'MaxPool',
  integers: windowFields,
  run(p, [x], [y]) {
    forEachWindow(p, (inputs, at) => {
      y![at] = inputs.reduce((greatest, from) => Math.max(greatest, x![from]!), -128);
    });
  },
  c: (options, p) =>
    withCmsisNn(
      options,
      {
        name: 'max_pool_s8',
        source: poolSource(
          'max_pool_s8',
          'int8_t greatest = INT8_MIN;',
          'if (value > greatest) greatest = value;',
          '*y++ = greatest;',
        ),
      },
      isDilated(p) ? undefined : cmsisPool('max_pool_s8', 'arm_max_pool_s8', '0', 0, '{-128, 127}'),
    ),
});

const isDilated = (p: Window) => p.dilationHeight > 1 || p.dilationWidth > 1;

/** A pooling of CMSIS-NN, which has no dilation. */
const cmsisPool = (kernel: string, name: string, needed: string, scratchBytes: number, range: string) => ({
  name: `cmsis_${kernel}`,
  scratchBytes,
  source: `static int cmsis_${kernel}(const int8_t *x, int8_t *y, const ${kernel}_parameters *p, uint8_t *scratch, int32_t bytes) {
  const cmsis_nn_context context = {scratch, bytes};
  const cmsis_nn_pool_params parameters = {{p->stride_width, p->stride_height}, {p->pad_left, p->pad_top}, ${range}};
  const cmsis_nn_dims filter = {1, p->kernel_height, p->kernel_width, 1};
${cmsisPicture}
  if (${needed} > bytes) return 0;
  return ${name}(&context, &parameters, &input, x, &filter, &output, y) == ARM_CMSIS_NN_SUCCESS;
}`,
});

/**
 * The mean of each window where input and output have one quantization, as CMSIS-NN rounds it: half away from zero, of the
 * integers as they are. Padding does not count.
 */
export const averagePoolRoundedInt8 = defineIntegerKernel({
  operator: 'AveragePoolRounded',
  integers: [...windowFields, 'lowest', 'highest'],
  run(p, [x], [y]) {
    forEachWindow(p, (inputs, at) => {
      const sum = inputs.reduce((total, from) => total + x![from]!, 0);
      const half = Math.floor(inputs.length / 2);
      y![at] = clampTo(Math.trunc((sum > 0 ? sum + half : sum - half) / inputs.length), p.lowest, p.highest);
    });
  },
  c: (options, p) =>
    withCmsisNn(
      options,
      {
        name: 'average_pool_rounded_s8',
        source: poolSource(
          'average_pool_rounded_s8',
          'int32_t sum = 0, count = 0;',
          `sum += value;
                count++;`,
          `sum = (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
          *y++ = (int8_t)(sum < p->lowest ? p->lowest : sum > p->highest ? p->highest : sum);`,
        ),
      },
      isDilated(p)
        ? undefined
        : cmsisPool(
            'average_pool_rounded_s8',
            'arm_avgpool_s8',
            'arm_avgpool_s8_get_buffer_size(p->out_width, p->channels)',
            4 * p.channels,
            '{p->lowest, p->highest}',
          ),
    ),
});

/** The average of a sum of `count` inputs in integers, `multiplier × 2^(shift − 31)` being input over output scale. */
function averageInteger(sum: number, count: number, multiplier: number, shift: number): number {
  const divisor = BigInt(count) << BigInt(31 - shift);
  const twice = 2n * BigInt(sum) * BigInt(multiplier) + divisor;
  // Halves up, as a floor of a quotient.
  const quotient = twice / (2n * divisor);
  return Number(twice < 0n && quotient * 2n * divisor !== twice ? quotient - 1n : quotient);
}

/**
 * The mean of each window. Where `countPadding`, padding counts as elements of value 0. In floats as ONNX Runtime rounds:
 * the zero point is added first.
 */
export const averagePoolInt8 = defineIntegerKernel({
  operator: 'AveragePool',
  integers: [
    ...windowFields,
    'countPadding',
    'inputZero',
    'zero',
    'lowest',
    'highest',
    'origin',
    'multiplier',
    'shift',
  ],
  floats: ['ratio'],
  run(p, [x], [y]) {
    forEachWindow(p, (inputs, at) => {
      const sum = inputs.reduce((total, from) => total + x![from]! - p.inputZero, 0);
      const count = p.countPadding ? p.kernelHeight * p.kernelWidth : inputs.length;
      y![at] = p.multiplier
        ? clampTo(averageInteger(sum, count, p.multiplier, p.shift) + p.zero, p.lowest, p.highest)
        : roundWithZero(
            Math.fround(Math.fround(Math.fround(sum) * p.ratio) / Math.fround(count)),
            p,
            p.origin,
          );
    });
  },
  c: ({ requantize }) => ({
    name: 'average_pool_s8',
    needs: requantize === 'float' ? [roundWithZeroFunction] : [],
    source: poolSource(
      'average_pool_s8',
      'int32_t sum = 0, count = 0;',
      `sum += value - p->input_zero;
                count++;`,
      `if (p->count_padding) count = p->kernel_height * p->kernel_width;
          ${
            requantize === 'float'
              ? '*y++ = round_with_zero((float)sum * p->ratio / (float)count, p->zero, p->lowest, p->highest, p->origin);'
              : `{
            const int64_t divisor = (int64_t)count << (32 - p->shift);
            const int64_t twice = (int64_t)sum * p->multiplier * 2 + divisor / 2;
            int64_t mean = twice / divisor;
            if (twice < 0 && mean * divisor != twice) mean--;
            mean += p->zero;
            *y++ = (int8_t)(mean < p->lowest ? p->lowest : mean > p->highest ? p->highest : mean);
          }`
          }`,
    ),
  }),
});

/** The mean of each channel: the sum of a plane, rescaled by input scale ÷ (output scale × number of elements). */
export const globalAveragePoolInt8 = defineIntegerKernel({
  operator: 'GlobalAveragePool',
  integers: ['batch', 'inner', 'channels', 'inputZero', 'zero', 'lowest', 'highest', 'multiplier', 'shift'],
  floats: ['scale'],
  run(p, [x], [y]) {
    for (let n = 0; n < p.batch; n++)
      for (let c = 0; c < p.channels; c++) {
        let sum = 0;
        for (let i = 0; i < p.inner; i++) sum += x![(n * p.inner + i) * p.channels + c]! - p.inputZero;
        y![n * p.channels + c] = p.multiplier
          ? requantizeInteger(sum, p, p)
          : requantizeFloat(sum, p.scale, p);
      }
  },
  c: ({ requantize }) => ({
    name: 'global_average_pool_s8',
    needs: [requantize === 'float' ? requantizeFloatFunction : requantizeIntegerFunction],
    source: `static void global_average_pool_s8(const int8_t *x, int8_t *y, const global_average_pool_s8_parameters *p) {
  int32_t n, c, i;
  for (n = 0; n < p->batch; n++, x += p->inner * p->channels)
    for (c = 0; c < p->channels; c++) {
      int32_t sum = 0;
      for (i = 0; i < p->inner; i++) sum += x[i * p->channels + c] - p->input_zero;
      *y++ = ${
        requantize === 'float'
          ? 'requantize_float(sum, p->scale, p->zero, p->lowest, p->highest)'
          : 'requantize_integer(sum, p->multiplier, p->shift, p->zero, p->lowest, p->highest)'
      };
    }
}`,
  }),
});

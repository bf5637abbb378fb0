import { clampTo, roundHalfEven } from '../integer/requantize.ts';
import { windowFields } from './conv-int8.ts';
import { defineIntegerKernel, type IntegerArray } from './definition-int8.ts';
import { roundFunction } from './requantize-int8.ts';

/**
 * float32 in ONNX's order → int8 with the channels innermost, in the scale that their least and greatest number ask for,
 * with that scale (float32) and zero point (int32). 0 stays exact.
 */
export const dynamicQuantizeInt8 = defineIntegerKernel({
  operator: 'DynamicQuantize',
  integers: ['outer', 'channels', 'inner'],
  run({ outer, channels, inner }, [x], [y, scale, zero]) {
    let [least, greatest] = [0, 0];
    for (const value of x!) [least, greatest] = [Math.min(least, value), Math.max(greatest, value)];
    const step = least === greatest ? 1 : Math.fround(Math.fround(greatest - least) / 255);
    const at = roundHalfEven(clampTo(Math.fround(-least / step), 0, 255));
    scale![0] = step;
    zero![0] = at - 128;
    let plain = 0;
    for (let o = 0; o < outer; o++)
      for (let c = 0; c < channels; c++)
        for (let i = 0; i < inner; i++) {
          const steps = clampTo(Math.fround(x![plain++]! / step), -at, 255 - at);
          y![(o * inner + i) * channels + c] = roundHalfEven(steps) + at - 128;
        }
  },
  c: () => ({
    name: 'dynamic_quantize_f32_s8',
    needs: [roundFunction],
    source: `static void dynamic_quantize_f32_s8(const float *x, int8_t *y, float *scale, int32_t *zero, const dynamic_quantize_f32_s8_parameters *p) {
  const int32_t size = p->outer * p->channels * p->inner;
  float least = 0.0f, greatest = 0.0f;
  int32_t o, c, i, at;
  for (i = 0; i < size; i++) {
    if (x[i] < least) least = x[i];
    if (x[i] > greatest) greatest = x[i];
  }
  *scale = least < greatest ? (greatest - least) / 255.0f : 1.0f;
  at = round_within(-least / *scale, 0, 255);
  *zero = at - 128;
  for (o = 0; o < p->outer; o++, y += p->channels * p->inner)
    for (c = 0; c < p->channels; c++)
      for (i = 0; i < p->inner; i++) y[i * p->channels + c] = (int8_t)(round_within(*x++ / *scale, -at, 255 - at) + at - 128);
}`,
  }),
});

/** A sum as a number: sum × (input scale × weight scale) + bias, each step in float32. */
function toFloat(
  sum: number,
  channel: number,
  operands: readonly IntegerArray[],
  perChannel: number,
): number {
  const [scale, weightScales, bias] = operands;
  const factor = Math.fround(scale![0]! * weightScales![perChannel ? channel : 0]!);
  return Math.fround(Math.fround(Math.fround(sum) * factor) + bias![channel]!);
}

const floatResult = (sum: string, channel: string): string =>
  `const float factor = *scale * weight_scale[p->per_channel ? ${channel} : 0];
          const float product = (float)${sum} * factor;`;

const operands =
  'const int8_t *x, const float *scale, const int32_t *zero, const int8_t *w, const float *weight_scale, const float *bias';

/**
 * Convolution of numbers that were quantized as they came: x [N, H, W, C] with its scale and zero point, weights
 * [out, kh, kw, C / groups] with theirs, bias float32 [out]; float32 results in ONNX's order, [N, out, H, W].
 */
export const convDynamicInt8 = defineIntegerKernel({
  operator: 'ConvDynamic',
  integers: [...windowFields, 'groups', 'weightZero', 'perChannel'],
  run(p, [x, scale, zero, w, weightScales, bias], [y]) {
    const depth = p.channels / p.groups;
    const perGroup = p.outChannels / p.groups;
    let at = 0;
    for (let n = 0; n < p.batch; n++)
      for (let oc = 0; oc < p.outChannels; oc++)
        for (let oy = 0; oy < p.outHeight; oy++)
          for (let ox = 0; ox < p.outWidth; ox++) {
            const first = Math.floor(oc / perGroup) * depth;
            let sum = 0;
            for (let ky = 0; ky < p.kernelHeight; ky++)
              for (let kx = 0; kx < p.kernelWidth; kx++) {
                const iy = oy * p.strideHeight - p.padTop + ky * p.dilationHeight;
                const ix = ox * p.strideWidth - p.padLeft + kx * p.dilationWidth;
                if (iy < 0 || iy >= p.height || ix < 0 || ix >= p.width) continue;
                const from = ((n * p.height + iy) * p.width + ix) * p.channels + first;
                const row = ((oc * p.kernelHeight + ky) * p.kernelWidth + kx) * depth;
                for (let c = 0; c < depth; c++)
                  sum += (x![from + c]! - zero![0]!) * (w![row + c]! - p.weightZero);
              }
            y![at++] = toFloat(sum, oc, [scale!, weightScales!, bias!], p.perChannel);
          }
  },
  multiplyAdds: (p) =>
    p.batch *
    p.outHeight *
    p.outWidth *
    p.outChannels *
    p.kernelHeight *
    p.kernelWidth *
    (p.channels / p.groups),
  c: () => ({
    name: 'conv_dynamic_s8',
    source: `static void conv_dynamic_s8(${operands}, float *y, const conv_dynamic_s8_parameters *p) {
  const int32_t depth = p->channels / p->groups, per_group = p->out_channels / p->groups;
  int32_t n, oc, oy, ox, ky, kx, c;
  for (n = 0; n < p->batch; n++, x += p->height * p->width * p->channels)
    for (oc = 0; oc < p->out_channels; oc++)
      for (oy = 0; oy < p->out_height; oy++)
        for (ox = 0; ox < p->out_width; ox++) {
          const int32_t y0 = oy * p->stride_height - p->pad_top, x0 = ox * p->stride_width - p->pad_left;
          int32_t sum = 0;
          for (ky = 0; ky < p->kernel_height; ky++) {
            const int32_t iy = y0 + ky * p->dilation_height;
            if (iy < 0 || iy >= p->height) continue;
            for (kx = 0; kx < p->kernel_width; kx++) {
              const int32_t ix = x0 + kx * p->dilation_width;
              const int8_t *row = w + ((oc * p->kernel_height + ky) * p->kernel_width + kx) * depth;
              const int8_t *from;
              if (ix < 0 || ix >= p->width) continue;
              from = x + (iy * p->width + ix) * p->channels + oc / per_group * depth;
              for (c = 0; c < depth; c++) sum += (from[c] - *zero) * (row[c] - p->weight_zero);
            }
          }
          ${floatResult('sum', 'oc')}
          *y++ = product + bias[oc];
        }
}`,
  }),
});

/** The same for a matrix product: x [rows, depth], weights [columns, depth]; float32 [rows, columns]. */
export const gemmDynamicInt8 = defineIntegerKernel({
  operator: 'GemmDynamic',
  integers: ['rows', 'depth', 'columns', 'weightZero', 'perChannel'],
  run(p, [x, scale, zero, w, weightScales, bias], [y]) {
    for (let m = 0; m < p.rows; m++)
      for (let n = 0; n < p.columns; n++) {
        let sum = 0;
        for (let k = 0; k < p.depth; k++)
          sum += (x![m * p.depth + k]! - zero![0]!) * (w![n * p.depth + k]! - p.weightZero);
        y![m * p.columns + n] = toFloat(sum, n, [scale!, weightScales!, bias!], p.perChannel);
      }
  },
  multiplyAdds: (p) => p.rows * p.depth * p.columns,
  c: () => ({
    name: 'gemm_dynamic_s8',
    source: `static void gemm_dynamic_s8(${operands}, float *y, const gemm_dynamic_s8_parameters *p) {
  int32_t m, n, k;
  for (m = 0; m < p->rows; m++, x += p->depth)
    for (n = 0; n < p->columns; n++) {
      int32_t sum = 0;
      {
        const int8_t *row = w + n * p->depth;
        for (k = 0; k < p->depth; k++) sum += (x[k] - *zero) * (row[k] - p->weight_zero);
      }
      {
          ${floatResult('sum', 'n')}
          *y++ = product + bias[n];
      }
    }
}`,
  }),
});

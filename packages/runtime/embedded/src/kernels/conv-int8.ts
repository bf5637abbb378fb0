import { cmsisPicture, convolutionScratch, withCmsisNn } from './cmsis-nn-int8.ts';
import { defineIntegerKernel } from './definition-int8.ts';
import { dotRowsFunction } from './dot-int8.ts';
import { rescaleC, rescaleFields, rescaler } from './rescale-int8.ts';

/** Sizes of a two-dimensional window over channels-last pictures. */
export const windowFields = [
  'batch',
  'height',
  'width',
  'channels',
  'outHeight',
  'outWidth',
  'outChannels',
  'kernelHeight',
  'kernelWidth',
  'strideHeight',
  'strideWidth',
  'dilationHeight',
  'dilationWidth',
  'padTop',
  'padLeft',
] as const;

/**
 * Convolution: x [N, H, W, C], weights [out, kh, kw, C / groups], bias int32 [out], and what rescales sums. Padding is the
 * zero point of the input, which adds nothing.
 */
export const convInt8 = defineIntegerKernel({
  operator: 'Conv',
  integers: [...windowFields, 'groups', 'inputZero', ...rescaleFields],
  run(p, [x, w, bias, ...by], [y]) {
    const rescale = rescaler(p, by);
    const depth = p.channels / p.groups;
    const perGroup = p.outChannels / p.groups;
    let at = 0;
    for (let n = 0; n < p.batch; n++)
      for (let oy = 0; oy < p.outHeight; oy++)
        for (let ox = 0; ox < p.outWidth; ox++)
          for (let oc = 0; oc < p.outChannels; oc++) {
            const first = Math.floor(oc / perGroup) * depth;
            let sum = bias![oc]!;
            for (let ky = 0; ky < p.kernelHeight; ky++) {
              const iy = oy * p.strideHeight - p.padTop + ky * p.dilationHeight;
              if (iy < 0 || iy >= p.height) continue;
              for (let kx = 0; kx < p.kernelWidth; kx++) {
                const ix = ox * p.strideWidth - p.padLeft + kx * p.dilationWidth;
                if (ix < 0 || ix >= p.width) continue;
                const from = ((n * p.height + iy) * p.width + ix) * p.channels + first;
                const row = ((oc * p.kernelHeight + ky) * p.kernelWidth + kx) * depth;
                for (let c = 0; c < depth; c++) sum += (x![from + c]! - p.inputZero) * w![row + c]!;
              }
            }
            y![at++] = rescale(sum, oc);
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
  c: (options, parameters) => {
    const { operands, needs, rescaled } = rescaleC(options);
    const kernel = {
      name: 'conv_s8',
      needs: [dotRowsFunction, ...needs],
      source: `static void conv_s8(const int8_t *x, const int8_t *w, const int32_t *bias, ${operands}, int8_t *y, const conv_s8_parameters *p) {
  const int32_t depth = p->channels / p->groups, per_group = p->out_channels / p->groups;
  const int32_t row = p->kernel_height * p->kernel_width * depth;
  /* Whether the taps of a row of the window are one stretch of memory. */
  const int32_t whole = p->groups == 1 && p->dilation_width == 1;
  int32_t n, oy, ox, oc, ky, kx, r;
  for (n = 0; n < p->batch; n++, x += p->height * p->width * p->channels)
    for (oy = 0; oy < p->out_height; oy++)
      for (ox = 0; ox < p->out_width; ox++) {
        const int32_t y0 = oy * p->stride_height - p->pad_top, x0 = ox * p->stride_width - p->pad_left;
        for (oc = 0; oc < p->out_channels;) {
          const int32_t group = oc / per_group, left = (group + 1) * per_group - oc, rows = left < 4 ? left : 4;
          int32_t sums[4];
          for (r = 0; r < rows; r++) sums[r] = bias[oc + r];
          for (ky = 0; ky < p->kernel_height; ky++) {
            const int32_t iy = y0 + ky * p->dilation_height;
            if (iy < 0 || iy >= p->height) continue;
            for (kx = 0; kx < p->kernel_width;) {
              const int32_t ix = x0 + kx * p->dilation_width;
              int32_t taps = 1;
              if (ix < 0) {
                kx++;
                continue;
              }
              if (ix >= p->width) break;
              if (whole) taps = p->kernel_width - kx < p->width - ix ? p->kernel_width - kx : p->width - ix;
              dot_rows_s8(x + (iy * p->width + ix) * p->channels + group * depth, w + oc * row + (ky * p->kernel_width + kx) * depth,
                          taps * depth, rows, row, p->input_zero, sums);
              kx += taps;
            }
          }
          for (r = 0; r < rows; r++, oc++) *y++ = ${rescaled('sums[r]', 'oc')};
        }
      }
}`,
    };
    return withCmsisNn(options, kernel, parameters.groups === 1 ? cmsisConv(parameters) : undefined);
  },
});

const cmsisConv = (p: {
  readonly channels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
}) => ({
  name: 'cmsis_conv_s8',
  scratchBytes: convolutionScratch(p.channels * p.kernelHeight * p.kernelWidth),
  source: `static int cmsis_conv_s8(const int8_t *x, const int8_t *w, const int32_t *bias, const int32_t *multiplier, const int32_t *shift, int8_t *y, const conv_s8_parameters *p, uint8_t *scratch, int32_t bytes) {
  const cmsis_nn_context context = {scratch, bytes};
  const cmsis_nn_conv_params parameters = {-p->input_zero, p->zero, {p->stride_width, p->stride_height}, {p->pad_left, p->pad_top}, {p->dilation_width, p->dilation_height}, {p->lowest, p->highest}};
  const cmsis_nn_per_channel_quant_params scales = {(int32_t *)multiplier, (int32_t *)shift};
  const cmsis_nn_dims filter = {p->out_channels, p->kernel_height, p->kernel_width, p->channels};
  const cmsis_nn_dims biases = {1, 1, 1, p->out_channels};
${cmsisPicture}
  if (arm_convolve_wrapper_s8_get_buffer_size(&parameters, &input, &filter, &output) > bytes) return 0;
  return arm_convolve_wrapper_s8(&context, &parameters, &scales, &input, x, &filter, w, &biases, bias, &output, y) == ARM_CMSIS_NN_SUCCESS;
}`,
});

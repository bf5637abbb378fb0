import { cmsisPicture, depthwiseScratch, withCmsisNn } from './cmsis-nn-int8.ts';
import { windowFields } from './conv-int8.ts';
import { defineIntegerKernel } from './definition-int8.ts';
import { rescaleC, rescaleFields, rescaler } from './rescale-int8.ts';

/** Each input channel has outputs of its own: x [N, H, W, C], weights [kh, kw, out], bias int32 [out]. */
export const depthwiseConvInt8 = defineIntegerKernel({
  operator: 'DepthwiseConv',
  integers: [...windowFields, 'inputZero', ...rescaleFields],
  run(p, [x, w, bias, ...by], [y]) {
    const rescale = rescaler(p, by);
    const repeats = p.outChannels / p.channels;
    let at = 0;
    for (let n = 0; n < p.batch; n++)
      for (let oy = 0; oy < p.outHeight; oy++)
        for (let ox = 0; ox < p.outWidth; ox++)
          for (let oc = 0; oc < p.outChannels; oc++) {
            let sum = bias![oc]!;
            for (let ky = 0; ky < p.kernelHeight; ky++) {
              const iy = oy * p.strideHeight - p.padTop + ky * p.dilationHeight;
              if (iy < 0 || iy >= p.height) continue;
              for (let kx = 0; kx < p.kernelWidth; kx++) {
                const ix = ox * p.strideWidth - p.padLeft + kx * p.dilationWidth;
                if (ix < 0 || ix >= p.width) continue;
                const from = ((n * p.height + iy) * p.width + ix) * p.channels + Math.floor(oc / repeats);
                sum += (x![from]! - p.inputZero) * w![(ky * p.kernelWidth + kx) * p.outChannels + oc]!;
              }
            }
            y![at++] = rescale(sum, oc);
          }
  },
  multiplyAdds: (p) => p.batch * p.outHeight * p.outWidth * p.outChannels * p.kernelHeight * p.kernelWidth,
  c: (options, parameters) => {
    const { operands, needs, rescaled } = rescaleC(options);
    const kernel = {
      name: 'depthwise_conv_s8',
      needs,
      source: `static void depthwise_conv_s8(const int8_t *x, const int8_t *w, const int32_t *bias, ${operands}, int8_t *y, const depthwise_conv_s8_parameters *p) {
  const int32_t repeats = p->out_channels / p->channels;
  int32_t n, oy, ox, c, m, ky, kx;
  for (n = 0; n < p->batch; n++, x += p->height * p->width * p->channels)
    for (oy = 0; oy < p->out_height; oy++)
      for (ox = 0; ox < p->out_width; ox++) {
        const int32_t y0 = oy * p->stride_height - p->pad_top, x0 = ox * p->stride_width - p->pad_left;
        for (c = 0; c < p->channels; c++)
          for (m = 0; m < repeats; m++) {
            const int32_t oc = c * repeats + m;
            int32_t sum = bias[oc];
            for (ky = 0; ky < p->kernel_height; ky++) {
              const int32_t iy = y0 + ky * p->dilation_height;
              if (iy < 0 || iy >= p->height) continue;
              for (kx = 0; kx < p->kernel_width; kx++) {
                const int32_t ix = x0 + kx * p->dilation_width;
                if (ix < 0 || ix >= p->width) continue;
                sum += (x[(iy * p->width + ix) * p->channels + c] - p->input_zero) * w[(ky * p->kernel_width + kx) * p->out_channels + oc];
              }
            }
            *y++ = ${rescaled('sum', 'oc')};
          }
      }
}`,
    };
    return withCmsisNn(options, kernel, cmsisDepthwise(parameters));
  },
});

const cmsisDepthwise = (p: {
  readonly channels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
}) => ({
  name: 'cmsis_depthwise_conv_s8',
  scratchBytes: depthwiseScratch(p.kernelHeight * p.kernelWidth, p.channels),
  source: `static int cmsis_depthwise_conv_s8(const int8_t *x, const int8_t *w, const int32_t *bias, const int32_t *multiplier, const int32_t *shift, int8_t *y, const depthwise_conv_s8_parameters *p, uint8_t *scratch, int32_t bytes) {
  const cmsis_nn_context context = {scratch, bytes};
  const cmsis_nn_dw_conv_params parameters = {-p->input_zero, p->zero, p->out_channels / p->channels, {p->stride_width, p->stride_height}, {p->pad_left, p->pad_top}, {p->dilation_width, p->dilation_height}, {p->lowest, p->highest}};
  const cmsis_nn_per_channel_quant_params scales = {(int32_t *)multiplier, (int32_t *)shift};
  const cmsis_nn_dims filter = {1, p->kernel_height, p->kernel_width, p->out_channels};
  const cmsis_nn_dims biases = {1, 1, 1, p->out_channels};
${cmsisPicture}
  if (arm_depthwise_conv_wrapper_s8_get_buffer_size(&parameters, &input, &filter, &output) > bytes) return 0;
  return arm_depthwise_conv_wrapper_s8(&context, &parameters, &scales, &input, x, &filter, w, &biases, bias, &output, y) == ARM_CMSIS_NN_SUCCESS;
}`,
});

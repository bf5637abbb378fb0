import { windowFields } from './conv-int8.ts';
import { defineIntegerKernel } from './definition-int8.ts';
import { dotRowsFunction } from './dot-int8.ts';
import { rescaleC, rescaleFields, rescaler } from './rescale-int8.ts';

/**
 * Transposed convolution, gathered: x [N, H, W, C], weights [out, kh, kw, C / groups], bias int32 [out], and what rescales
 * sums. Output (oy, ox) reads the inputs whose windows reach it.
 */
export const convTransposeInt8 = defineIntegerKernel({
  operator: 'ConvTranspose',
  integers: [...windowFields, 'groups', 'inputZero', ...rescaleFields],
  run(p, [x, w, bias, ...by], [y]) {
    const rescale = rescaler(p, by);
    const depth = p.channels / p.groups;
    const perGroup = p.outChannels / p.groups;
    const sums = new Float64Array(p.batch * p.outHeight * p.outWidth * p.outChannels);
    // Scattered, as the operator is defined.
    for (let n = 0; n < p.batch; n++)
      for (let iy = 0; iy < p.height; iy++)
        for (let ix = 0; ix < p.width; ix++)
          for (let ky = 0; ky < p.kernelHeight; ky++)
            for (let kx = 0; kx < p.kernelWidth; kx++) {
              const oy = iy * p.strideHeight - p.padTop + ky * p.dilationHeight;
              const ox = ix * p.strideWidth - p.padLeft + kx * p.dilationWidth;
              if (oy < 0 || oy >= p.outHeight || ox < 0 || ox >= p.outWidth) continue;
              for (let oc = 0; oc < p.outChannels; oc++) {
                const from =
                  ((n * p.height + iy) * p.width + ix) * p.channels + Math.floor(oc / perGroup) * depth;
                const row = ((oc * p.kernelHeight + ky) * p.kernelWidth + kx) * depth;
                let sum = 0;
                for (let c = 0; c < depth; c++) sum += (x![from + c]! - p.inputZero) * w![row + c]!;
                sums[((n * p.outHeight + oy) * p.outWidth + ox) * p.outChannels + oc]! += sum;
              }
            }
    sums.forEach((sum, at) => {
      const oc = at % p.outChannels;
      y![at] = rescale(sum + bias![oc]!, oc);
    });
  },
  multiplyAdds: (p) =>
    p.batch * p.height * p.width * p.channels * p.kernelHeight * p.kernelWidth * (p.outChannels / p.groups),
  c: (options) => {
    const { operands, needs, rescaled } = rescaleC(options);
    return {
      name: 'conv_transpose_s8',
      needs: [dotRowsFunction, ...needs],
      source: `static void conv_transpose_s8(const int8_t *x, const int8_t *w, const int32_t *bias, ${operands}, int8_t *y, const conv_transpose_s8_parameters *p) {
  const int32_t depth = p->channels / p->groups, per_group = p->out_channels / p->groups;
  const int32_t row = p->kernel_height * p->kernel_width * depth;
  int32_t n, oy, ox, oc, ky, kx, r;
  for (n = 0; n < p->batch; n++, x += p->height * p->width * p->channels)
    for (oy = 0; oy < p->out_height; oy++)
      for (ox = 0; ox < p->out_width; ox++)
        for (oc = 0; oc < p->out_channels;) {
          const int32_t group = oc / per_group, left = (group + 1) * per_group - oc, rows = left < 4 ? left : 4;
          int32_t sums[4];
          for (r = 0; r < rows; r++) sums[r] = bias[oc + r];
          for (ky = 0; ky < p->kernel_height; ky++) {
            const int32_t fy = oy + p->pad_top - ky * p->dilation_height, iy = fy / p->stride_height;
            if (fy < 0 || fy % p->stride_height != 0 || iy >= p->height) continue;
            for (kx = 0; kx < p->kernel_width; kx++) {
              const int32_t fx = ox + p->pad_left - kx * p->dilation_width, ix = fx / p->stride_width;
              if (fx < 0 || fx % p->stride_width != 0 || ix >= p->width) continue;
              dot_rows_s8(x + (iy * p->width + ix) * p->channels + group * depth, w + oc * row + (ky * p->kernel_width + kx) * depth,
                          depth, rows, row, p->input_zero, sums);
            }
          }
          for (r = 0; r < rows; r++, oc++) *y++ = ${rescaled('sums[r]', 'oc')};
        }
}`,
    };
  },
});

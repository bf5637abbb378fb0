/**
 * The functions of CMSIS-NN that generated code calls, written by us from the descriptions in its public headers: the same
 * names and types, its arithmetic with CMSIS_NN_USE_SINGLE_ROUNDING, in plain loops. When the program ends, the number of
 * calls is written to the file `calls`.
 */
export const stubHeader = `#ifndef ARM_NNFUNCTIONS_H
#define ARM_NNFUNCTIONS_H
#include <stdint.h>
typedef enum { ARM_CMSIS_NN_SUCCESS = 0, ARM_CMSIS_NN_ARG_ERROR = -1, ARM_CMSIS_NN_NO_IMPL_ERROR = -2, ARM_CMSIS_NN_FAILURE = -3 } arm_cmsis_nn_status;
typedef struct { int32_t w; int32_t h; } cmsis_nn_tile;
typedef struct { void *buf; int32_t size; } cmsis_nn_context;
typedef struct { int32_t n; int32_t h; int32_t w; int32_t c; } cmsis_nn_dims;
typedef struct { int32_t *multiplier; int32_t *shift; } cmsis_nn_per_channel_quant_params;
typedef struct { int32_t multiplier; int32_t shift; } cmsis_nn_per_tensor_quant_params;
typedef struct { int32_t min; int32_t max; } cmsis_nn_activation;
typedef struct { int32_t input_offset; int32_t output_offset; cmsis_nn_tile stride; cmsis_nn_tile padding; cmsis_nn_tile dilation; cmsis_nn_activation activation; } cmsis_nn_conv_params;
typedef struct { int32_t input_offset; int32_t output_offset; int32_t ch_mult; cmsis_nn_tile stride; cmsis_nn_tile padding; cmsis_nn_tile dilation; cmsis_nn_activation activation; } cmsis_nn_dw_conv_params;
typedef struct { cmsis_nn_tile stride; cmsis_nn_tile padding; cmsis_nn_activation activation; } cmsis_nn_pool_params;
typedef struct { int32_t input_offset; int32_t filter_offset; int32_t output_offset; cmsis_nn_activation activation; } cmsis_nn_fc_params;
int32_t arm_convolve_wrapper_s8_get_buffer_size(const cmsis_nn_conv_params *conv_params, const cmsis_nn_dims *input_dims, const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims);
arm_cmsis_nn_status arm_convolve_wrapper_s8(const cmsis_nn_context *ctx, const cmsis_nn_conv_params *conv_params, const cmsis_nn_per_channel_quant_params *quant_params, const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims, const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data, const cmsis_nn_dims *output_dims, int8_t *output_data);
int32_t arm_depthwise_conv_wrapper_s8_get_buffer_size(const cmsis_nn_dw_conv_params *dw_conv_params, const cmsis_nn_dims *input_dims, const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims);
arm_cmsis_nn_status arm_depthwise_conv_wrapper_s8(const cmsis_nn_context *ctx, const cmsis_nn_dw_conv_params *dw_conv_params, const cmsis_nn_per_channel_quant_params *quant_params, const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims, const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data, const cmsis_nn_dims *output_dims, int8_t *output_data);
int32_t arm_fully_connected_s8_get_buffer_size(const cmsis_nn_dims *filter_dims);
arm_cmsis_nn_status arm_vector_sum_s8(int32_t *vector_sum_buf, const int32_t vector_cols, const int32_t vector_rows, const int8_t *vector_data, const int32_t lhs_offset, const int32_t rhs_offset, const int32_t *bias_data);
arm_cmsis_nn_status arm_fully_connected_s8(const cmsis_nn_context *ctx, const cmsis_nn_fc_params *fc_params, const cmsis_nn_per_tensor_quant_params *quant_params, const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims, const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data, const cmsis_nn_dims *output_dims, int8_t *output_data);
arm_cmsis_nn_status arm_fully_connected_per_channel_s8(const cmsis_nn_context *ctx, const cmsis_nn_fc_params *fc_params, const cmsis_nn_per_channel_quant_params *quant_params, const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims, const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data, const cmsis_nn_dims *output_dims, int8_t *output_data);
arm_cmsis_nn_status arm_max_pool_s8(const cmsis_nn_context *ctx, const cmsis_nn_pool_params *pool_params, const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims, int8_t *output_data);
int32_t arm_avgpool_s8_get_buffer_size(const int dim_dst_width, const int ch_src);
arm_cmsis_nn_status arm_avgpool_s8(const cmsis_nn_context *ctx, const cmsis_nn_pool_params *pool_params, const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims, int8_t *output_data);
arm_cmsis_nn_status arm_elementwise_add_s8(const int8_t *input_1_vect, const int8_t *input_2_vect, const int32_t input_1_offset, const int32_t input_1_mult, const int32_t input_1_shift, const int32_t input_2_offset, const int32_t input_2_mult, const int32_t input_2_shift, const int32_t left_shift, int8_t *output, const int32_t out_offset, const int32_t out_mult, const int32_t out_shift, const int32_t out_activation_min, const int32_t out_activation_max, const int32_t block_size);
arm_cmsis_nn_status arm_elementwise_mul_s8(const int8_t *input_1_vect, const int8_t *input_2_vect, const int32_t input_1_offset, const int32_t input_2_offset, int8_t *output, const int32_t out_offset, const int32_t out_mult, const int32_t out_shift, const int32_t out_activation_min, const int32_t out_activation_max, const int32_t block_size);
#endif
`;

const convolution = (depthwise: boolean): string => {
  const name = depthwise ? 'arm_depthwise_conv_wrapper_s8' : 'arm_convolve_wrapper_s8';
  const parameters = depthwise ? 'cmsis_nn_dw_conv_params' : 'cmsis_nn_conv_params';
  const from = depthwise ? 'o / p->ch_mult' : 'c';
  const weight = depthwise ? 'w[(ky * f->w + kx) * f->c + o]' : 'w[((o * f->h + ky) * f->w + kx) * f->c + c]';
  const outputs = depthwise ? 'f->c' : 'f->n';
  const depth = depthwise ? '1' : 'f->c';
  // What the library asks for without vector instructions.
  const bytes = depthwise ? '2 * in->c * f->w * f->h' : '4 * ((f->w * f->h * f->c + 3) / 4 * 4)';
  const size = `int32_t ${name}_get_buffer_size(const ${parameters} *p, const cmsis_nn_dims *in, const cmsis_nn_dims *f, const cmsis_nn_dims *out) {
  (void)p; (void)in; (void)out;
  return ${bytes};
}`;
  return `${size}
arm_cmsis_nn_status ${name}(const cmsis_nn_context *ctx, const ${parameters} *p, const cmsis_nn_per_channel_quant_params *q, const cmsis_nn_dims *in, const int8_t *x, const cmsis_nn_dims *f, const int8_t *w, const cmsis_nn_dims *b, const int32_t *bias, const cmsis_nn_dims *out, int8_t *y) {
  if (!ctx->buf || ctx->size < ${name}_get_buffer_size(p, in, f, out)) return ARM_CMSIS_NN_ARG_ERROR;
  if (b->c != ${outputs} || out->c != ${outputs}) return ARM_CMSIS_NN_ARG_ERROR;
  memset(ctx->buf, 0x55, (size_t)ctx->size);
  calls++;
  for (int32_t n = 0; n < in->n; n++)
    for (int32_t oy = 0; oy < out->h; oy++)
      for (int32_t ox = 0; ox < out->w; ox++)
        for (int32_t o = 0; o < ${outputs}; o++) {
          int32_t sum = bias[o];
          for (int32_t ky = 0; ky < f->h; ky++)
            for (int32_t kx = 0; kx < f->w; kx++) {
              const int32_t iy = oy * p->stride.h - p->padding.h + ky * p->dilation.h, ix = ox * p->stride.w - p->padding.w + kx * p->dilation.w;
              if (iy < 0 || ix < 0 || iy >= in->h || ix >= in->w) continue;
              for (int32_t c = 0; c < ${depth}; c++)
                sum += (x[((n * in->h + iy) * in->w + ix) * in->c + ${from}] + p->input_offset) * ${weight};
            }
          *y++ = finish(sum, q->multiplier[o], q->shift[o], p->output_offset, p->activation.min, p->activation.max);
        }
  return ARM_CMSIS_NN_SUCCESS;
}`;
};

const pooling = (name: string, needsBuffer: boolean, start: string, tap: string, end: string): string =>
  `arm_cmsis_nn_status ${name}(const cmsis_nn_context *ctx, const cmsis_nn_pool_params *p, const cmsis_nn_dims *in, const int8_t *x, const cmsis_nn_dims *f, const cmsis_nn_dims *out, int8_t *y) {
  ${needsBuffer ? 'if (!ctx->buf || ctx->size < 4 * in->c) return ARM_CMSIS_NN_ARG_ERROR;' : '(void)ctx;'}
  calls++;
  for (int32_t n = 0; n < in->n; n++)
    for (int32_t oy = 0; oy < out->h; oy++)
      for (int32_t ox = 0; ox < out->w; ox++)
        for (int32_t c = 0; c < in->c; c++) {
          int32_t count = 0, result = ${start};
          for (int32_t ky = 0; ky < f->h; ky++)
            for (int32_t kx = 0; kx < f->w; kx++) {
              const int32_t iy = oy * p->stride.h - p->padding.h + ky, ix = ox * p->stride.w - p->padding.w + kx;
              if (iy < 0 || ix < 0 || iy >= in->h || ix >= in->w) continue;
              const int32_t value = x[((n * in->h + iy) * in->w + ix) * in->c + c];
              ${tap}
              count++;
            }
          if (count == 0) return ARM_CMSIS_NN_ARG_ERROR;
          ${end}
          *y++ = (int8_t)(result < p->activation.min ? p->activation.min : result > p->activation.max ? p->activation.max : result);
        }
  return ARM_CMSIS_NN_SUCCESS;
}`;

const connected = (name: string, scales: string, multiplier: string, shift: string): string =>
  `arm_cmsis_nn_status ${name}(const cmsis_nn_context *ctx, const cmsis_nn_fc_params *p, const ${scales} *q, const cmsis_nn_dims *in, const int8_t *x, const cmsis_nn_dims *f, const int8_t *w, const cmsis_nn_dims *b, const int32_t *bias, const cmsis_nn_dims *out, int8_t *y) {
  const int32_t *sums = (const int32_t *)ctx->buf;
  if (!sums || out->c != f->c || b->c != f->c || p->filter_offset != 0) return ARM_CMSIS_NN_ARG_ERROR;
  (void)bias;
  calls++;
  for (int32_t n = 0; n < in->n; n++)
    for (int32_t o = 0; o < f->c; o++) {
      /* As with vector instructions: the bias and the offset's part are in the sums. */
      int32_t sum = sums[o];
      for (int32_t k = 0; k < f->n; k++) sum += x[n * f->n + k] * w[o * f->n + k];
      *y++ = finish(sum, q->multiplier${multiplier}, q->shift${shift}, p->output_offset, p->activation.min, p->activation.max);
    }
  return ARM_CMSIS_NN_SUCCESS;
}`;

export const stubSource = `#include <stdio.h>
#include <string.h>
#include "arm_nnfunctions.h"
static long calls;
__attribute__((destructor)) static void tell(void) {
  FILE *file = fopen("calls", "w");
  if (!file) return;
  fprintf(file, "%ld", calls);
  fclose(file);
}
static int32_t requantize(int32_t value, int32_t multiplier, int32_t shift) {
  const int64_t total = 31 - shift, product = value * (int64_t)multiplier;
  return (int32_t)(((product >> (total - 1)) + 1) >> 1);
}
static int8_t finish(int32_t sum, int32_t multiplier, int32_t shift, int32_t offset, int32_t least, int32_t most) {
  const int32_t result = requantize(sum, multiplier, shift) + offset;
  return (int8_t)(result < least ? least : result > most ? most : result);
}
${convolution(false)}
${convolution(true)}
int32_t arm_fully_connected_s8_get_buffer_size(const cmsis_nn_dims *f) { return 4 * f->c; }
arm_cmsis_nn_status arm_vector_sum_s8(int32_t *sums, const int32_t columns, const int32_t rows, const int8_t *w, const int32_t lhs_offset, const int32_t rhs_offset, const int32_t *bias) {
  (void)rhs_offset;
  for (int32_t r = 0; r < rows; r++) {
    sums[r] = bias[r];
    for (int32_t c = 0; c < columns; c++) sums[r] += w[r * columns + c] * lhs_offset;
  }
  return ARM_CMSIS_NN_SUCCESS;
}
${connected('arm_fully_connected_s8', 'cmsis_nn_per_tensor_quant_params', '', '')}
${connected('arm_fully_connected_per_channel_s8', 'cmsis_nn_per_channel_quant_params', '[o]', '[o]')}
${pooling('arm_max_pool_s8', false, '-128', 'if (value > result) result = value;', '')}
int32_t arm_avgpool_s8_get_buffer_size(const int width, const int channels) { (void)width; return 4 * channels; }
${pooling('arm_avgpool_s8', true, '0', 'result += value;', 'result = (result > 0 ? result + count / 2 : result - count / 2) / count;')}
arm_cmsis_nn_status arm_elementwise_add_s8(const int8_t *a, const int8_t *b, const int32_t a_offset, const int32_t a_mult, const int32_t a_shift, const int32_t b_offset, const int32_t b_mult, const int32_t b_shift, const int32_t left_shift, int8_t *y, const int32_t offset, const int32_t mult, const int32_t shift, const int32_t least, const int32_t most, const int32_t size) {
  calls++;
  for (int32_t i = 0; i < size; i++) {
    const int32_t left = requantize((a[i] + a_offset) * (1 << left_shift), a_mult, a_shift), right = requantize((b[i] + b_offset) * (1 << left_shift), b_mult, b_shift);
    y[i] = finish(left + right, mult, shift, offset, least, most);
  }
  return ARM_CMSIS_NN_SUCCESS;
}
arm_cmsis_nn_status arm_elementwise_mul_s8(const int8_t *a, const int8_t *b, const int32_t a_offset, const int32_t b_offset, int8_t *y, const int32_t offset, const int32_t mult, const int32_t shift, const int32_t least, const int32_t most, const int32_t size) {
  calls++;
  for (int32_t i = 0; i < size; i++) y[i] = finish((a[i] + a_offset) * (b[i] + b_offset), mult, shift, offset, least, most);
  return ARM_CMSIS_NN_SUCCESS;
}
`;

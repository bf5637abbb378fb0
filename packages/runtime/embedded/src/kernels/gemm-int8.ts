import { withCmsisNn } from './cmsis-nn-int8.ts';
import { defineIntegerKernel, type IntegerArray } from './definition-int8.ts';
import { dotRowsFunction } from './dot-int8.ts';
import { rescaleC, rescaleFields, rescaler } from './rescale-int8.ts';

const sizes = ['rows', 'depth', 'columns', 'inputZero'] as const;

/** Sums of x [rows, depth] with weights [columns, depth] and bias [columns]. */
function forEachSum(
  p: Readonly<Record<(typeof sizes)[number], number>>,
  [x, w, bias]: readonly IntegerArray[],
  visit: (sum: number, column: number, at: number) => void,
): void {
  for (let m = 0; m < p.rows; m++)
    for (let n = 0; n < p.columns; n++) {
      let sum = bias![n]!;
      for (let k = 0; k < p.depth; k++) sum += (x![m * p.depth + k]! - p.inputZero) * w![n * p.depth + k]!;
      visit(sum, n, m * p.columns + n);
    }
}

const gemmSource = (name: string, operands: string, type: string, result: string): string =>
  `static void ${name}(const int8_t *x, const int8_t *w, const int32_t *bias, ${operands}, ${type} *y, const ${name}_parameters *p) {
  int32_t m, n, r;
  for (m = 0; m < p->rows; m++, x += p->depth)
    for (n = 0; n < p->columns;) {
      const int32_t rows = p->columns - n < 4 ? p->columns - n : 4;
      int32_t sums[4];
      for (r = 0; r < rows; r++) sums[r] = bias[n + r];
      dot_rows_s8(x, w + n * p->depth, p->depth, rows, p->depth, p->input_zero, sums);
      for (r = 0; r < rows; r++, n++) *y++ = ${result};
    }
}`;

/** x [rows, depth], weights [columns, depth], bias int32 [columns], and what rescales sums: int8 [rows, columns]. */
export const gemmInt8 = defineIntegerKernel({
  operator: 'Gemm',
  integers: [...sizes, ...rescaleFields],
  run(p, [x, w, bias, ...by], [y]) {
    const rescale = rescaler(p, by);
    forEachSum(p, [x!, w!, bias!], (sum, column, at) => {
      y![at] = rescale(sum, column);
    });
  },
  multiplyAdds: (p) => p.rows * p.depth * p.columns,
  c: (options, { columns }) => {
    const { operands, needs, rescaled } = rescaleC(options);
    const kernel = {
      name: 'gemm_s8',
      needs: [dotRowsFunction, ...needs],
      source: gemmSource('gemm_s8', operands, 'int8_t', rescaled('sums[r]', 'n')),
    };
    return withCmsisNn(options, kernel, { ...cmsisGemm, scratchBytes: 4 * columns });
  },
});

/** With vector instructions CMSIS-NN wants the sum of each row of weights first. */
const cmsisGemm = {
  name: 'cmsis_gemm_s8',
  source: `static int cmsis_gemm_s8(const int8_t *x, const int8_t *w, const int32_t *bias, const int32_t *multiplier, const int32_t *shift, int8_t *y, const gemm_s8_parameters *p, uint8_t *scratch, int32_t bytes) {
  const cmsis_nn_context context = {scratch, bytes};
  const cmsis_nn_fc_params parameters = {-p->input_zero, 0, p->zero, {p->lowest, p->highest}};
  const cmsis_nn_dims input = {p->rows, 1, 1, p->depth};
  const cmsis_nn_dims filter = {p->depth, 1, 1, p->columns};
  const cmsis_nn_dims biases = {1, 1, 1, p->columns};
  const cmsis_nn_dims output = {p->rows, 1, 1, p->columns};
  const int32_t needed = arm_fully_connected_s8_get_buffer_size(&filter);
  if (needed > bytes) return 0;
  if (needed > 0) arm_vector_sum_s8((int32_t *)(void *)scratch, p->depth, p->columns, w, -p->input_zero, 0, bias);
  if (p->per_channel) {
    const cmsis_nn_per_channel_quant_params scales = {(int32_t *)multiplier, (int32_t *)shift};
    return arm_fully_connected_per_channel_s8(&context, &parameters, &scales, &input, x, &filter, w, &biases, bias, &output, y) == ARM_CMSIS_NN_SUCCESS;
  } else {
    const cmsis_nn_per_tensor_quant_params scale = {*multiplier, *shift};
    return arm_fully_connected_s8(&context, &parameters, &scale, &input, x, &filter, w, &biases, bias, &output, y) == ARM_CMSIS_NN_SUCCESS;
  }
}`,
};

/** The same with float32 results, sum × scale: logits. */
export const gemmToFloat = defineIntegerKernel({
  operator: 'GemmToFloat',
  integers: [...sizes, 'perChannel'],
  run(p, [x, w, bias, scale], [y]) {
    forEachSum(p, [x!, w!, bias!], (sum, column, at) => {
      y![at] = Math.fround(sum) * scale![p.perChannel ? column : 0]!;
    });
  },
  multiplyAdds: (p) => p.rows * p.depth * p.columns,
  c: () => ({
    name: 'gemm_s8_f32',
    needs: [dotRowsFunction],
    source: gemmSource(
      'gemm_s8_f32',
      'const float *scale',
      'float',
      '(float)sums[r] * scale[p->per_channel ? n : 0]',
    ),
  }),
});

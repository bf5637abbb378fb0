import type { CFunction } from './kernel.ts';

/**
 * Products of a stretch of input with rows of weights. Four rows at a time read the input once; both are contiguous, so
 * compilers turn the loop into vector instructions where there are some.
 */
export const dotRowsFunction: CFunction = {
  name: 'dot_rows_s8',
  source: `/* sums[r] += sum over i of (x[i] - zero) * w[r * row + i], of at most four rows. */
static void dot_rows_s8(const int8_t *x, const int8_t *w, int32_t length, int32_t rows, int32_t row, int32_t zero, int32_t *sums) {
  int32_t i, r;
  if (rows == 4) {
    const int8_t *w1 = w + row, *w2 = w1 + row, *w3 = w2 + row;
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (i = 0; i < length; i++) {
      const int32_t value = x[i] - zero;
      s0 += value * w[i];
      s1 += value * w1[i];
      s2 += value * w2[i];
      s3 += value * w3[i];
    }
    sums[0] += s0;
    sums[1] += s1;
    sums[2] += s2;
    sums[3] += s3;
    return;
  }
  for (r = 0; r < rows; r++, w += row) {
    int32_t sum = 0;
    for (i = 0; i < length; i++) sum += (x[i] - zero) * w[i];
    sums[r] += sum;
  }
}`,
};

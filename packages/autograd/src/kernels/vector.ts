import type { OffsetMatrix, Target } from './gemm.ts';

/**
 * One row of a product: adds α Σₖ left[row, k] right[j, k] to element j. Packing would cost as much as multiplying
 * here, so it reads in place, four columns at a time. `rowAt` is the row's offset in the result, `leftAt` in `left`.
 */
export function vectorInto(
  to: Target,
  rowAt: number,
  places: Int32Array,
  left: OffsetMatrix,
  leftAt: number,
  right: OffsetMatrix,
  columns: number,
  depth: number,
  alpha: number,
): void {
  const ys = to.data as Float32Array;
  const vs = left.data as Float32Array;
  const xs = right.data as Float32Array;
  const { outer, inner } = right;
  const steps = left.inner;
  const start = left.base + leftAt;
  const result = to.base + rowAt;
  const last = columns - 1;
  for (let j = 0; j < columns; j += 4) {
    const at0 = right.base + outer[j];
    const at1 = right.base + outer[Math.min(j + 1, last)];
    const at2 = right.base + outer[Math.min(j + 2, last)];
    const at3 = right.base + outer[Math.min(j + 3, last)];
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let k = 0; k < depth; k++) {
      const v = vs[start + steps[k]];
      const offset = inner[k];
      sum0 += v * xs[at0 + offset];
      sum1 += v * xs[at1 + offset];
      sum2 += v * xs[at2 + offset];
      sum3 += v * xs[at3 + offset];
    }
    ys[result + places[j]] += alpha * sum0;
    if (j + 1 <= last) ys[result + places[j + 1]] += alpha * sum1;
    if (j + 2 <= last) ys[result + places[j + 2]] += alpha * sum2;
    if (j + 3 <= last) ys[result + places[j + 3]] += alpha * sum3;
  }
}

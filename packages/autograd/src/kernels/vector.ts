import type { OffsetMatrix, Target } from './gemm.ts';

let scratch = new Float64Array(0);

/** The row as doubles without gaps; valid until the next call. */
function packVector(data: Float32Array, base: number, steps: Int32Array, depth: number): Float64Array {
  if (scratch.length < depth) scratch = new Float64Array(depth);
  for (let k = 0; k < depth; k++) scratch[k] = data[base + steps[k]];
  return scratch;
}

/**
 * One row of a product: adds α Σₖ left[row, k] right[j, k] to element j. Packing would cost as much as multiplying
 * here, so the right side is read in place, four columns at a time. `rowAt` is the row's offset in the result, `leftAt` in `left`.
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
  const xs = right.data as Float32Array;
  const { outer, inner } = right;
  const vector = packVector(left.data as Float32Array, left.base + leftAt, left.inner, depth);
  const result = to.base + rowAt;
  const whole = columns & ~3;
  for (let j = 0; j < whole; j += 4) {
    const at0 = right.base + outer[j];
    const at1 = right.base + outer[j + 1];
    const at2 = right.base + outer[j + 2];
    const at3 = right.base + outer[j + 3];
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let k = 0; k < depth; k++) {
      const v = vector[k];
      const offset = inner[k];
      sum0 += v * xs[at0 + offset];
      sum1 += v * xs[at1 + offset];
      sum2 += v * xs[at2 + offset];
      sum3 += v * xs[at3 + offset];
    }
    ys[result + places[j]] += alpha * sum0;
    ys[result + places[j + 1]] += alpha * sum1;
    ys[result + places[j + 2]] += alpha * sum2;
    ys[result + places[j + 3]] += alpha * sum3;
  }
  for (let j = whole; j < columns; j++) {
    const at = right.base + outer[j];
    let total = 0;
    for (let k = 0; k < depth; k++) total += vector[k] * xs[at + inner[k]];
    ys[result + places[j]] += alpha * total;
  }
}

import type { TypedArray } from '../types.ts';
import { vectorInto } from './vector.ts';

/**
 * A matrix whose element (i, k) is `data[base + outer[i] + inner[k]]`. Rows of a matrix, its columns, and the
 * windows of a picture against the elements of a window are all of this form, so one product serves them all.
 */
export interface OffsetMatrix {
  readonly data: TypedArray;
  readonly base: number;
  readonly outer: Int32Array;
  readonly inner: Int32Array;
}

/** Where a product goes: its element (i, j) is added to `data[base + rows[i] + columns[j]]`. */
export interface Target {
  readonly data: TypedArray;
  readonly base: number;
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

// A panel of the left side (256 × 384 doubles) and one of the right (128 × 384) share the second-level cache;
// one strip of four of each stays in the first. Doubles, because V8 multiplies nothing else without converting.
const leftRows = 256;
const rightRows = 128;
const maxDepth = 384;
const leftPanel = new Float64Array(leftRows * maxDepth);
const rightPanel = new Float64Array(rightRows * maxDepth);
const tile = new Float64Array(16);

/** Copies rows [first, first + count) in strips of four, k by k; what is missing in the last strip repeats its last row. */
function pack(
  panel: Float64Array,
  data: Float32Array,
  base: number,
  outer: Int32Array,
  first: number,
  count: number,
  inner: Int32Array,
  start: number,
  depth: number,
): void {
  const last = first + count - 1;
  const end = start + depth;
  let to = 0;
  for (let i = first; i <= last; i += 4) {
    const at0 = base + outer[i];
    const at1 = base + outer[Math.min(i + 1, last)];
    const at2 = base + outer[Math.min(i + 2, last)];
    const at3 = base + outer[Math.min(i + 3, last)];
    for (let k = start; k < end; k++) {
      const offset = inner[k];
      panel[to] = data[at0 + offset];
      panel[to + 1] = data[at1 + offset];
      panel[to + 2] = data[at2 + offset];
      panel[to + 3] = data[at3 + offset];
      to += 4;
    }
  }
}

/** The product of two strips of four, in sixteen locals: eight loads for sixteen multiply-adds. */
function multiplyStrips(
  left: Float64Array,
  leftAt: number,
  right: Float64Array,
  rightAt: number,
  depth: number,
  result: Float64Array,
): void {
  let c00 = 0;
  let c01 = 0;
  let c02 = 0;
  let c03 = 0;
  let c10 = 0;
  let c11 = 0;
  let c12 = 0;
  let c13 = 0;
  let c20 = 0;
  let c21 = 0;
  let c22 = 0;
  let c23 = 0;
  let c30 = 0;
  let c31 = 0;
  let c32 = 0;
  let c33 = 0;
  let p = leftAt;
  let q = rightAt;
  for (let k = 0; k < depth; k++) {
    const b0 = right[q];
    const b1 = right[q + 1];
    const b2 = right[q + 2];
    const b3 = right[q + 3];
    const a0 = left[p];
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    const a1 = left[p + 1];
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    const a2 = left[p + 2];
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    const a3 = left[p + 3];
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
    p += 4;
    q += 4;
  }
  result[0] = c00;
  result[1] = c01;
  result[2] = c02;
  result[3] = c03;
  result[4] = c10;
  result[5] = c11;
  result[6] = c12;
  result[7] = c13;
  result[8] = c20;
  result[9] = c21;
  result[10] = c22;
  result[11] = c23;
  result[12] = c30;
  result[13] = c31;
  result[14] = c32;
  result[15] = c33;
}

function addTile(
  { data, base, rows, columns }: Target,
  row: number,
  rowCount: number,
  column: number,
  columnCount: number,
  alpha: number,
): void {
  const to = data as Float32Array;
  for (let i = 0; i < rowCount; i++) {
    const start = base + rows[row + i];
    for (let j = 0; j < columnCount; j++) to[start + columns[column + j]] += alpha * tile[i * 4 + j];
  }
}

/** Strip products of one packed panel each. */
function multiplyPanels(
  to: Target,
  row: number,
  rowCount: number,
  column: number,
  columnCount: number,
  depth: number,
  alpha: number,
): void {
  for (let j = 0; j < columnCount; j += 4)
    for (let i = 0; i < rowCount; i += 4) {
      multiplyStrips(leftPanel, i * depth, rightPanel, j * depth, depth, tile);
      addTile(to, row + i, Math.min(4, rowCount - i), column + j, Math.min(4, columnCount - j), alpha);
    }
}

/** The size of equal blocks of at most `most` that cover `size`. */
const blockOf = (size: number, most: number): number => Math.ceil(size / Math.ceil(size / most));

/**
 * to[i, j] += α Σₖ left[i, k] right[j, k], for the first `rows`, `columns` and `depth` of their offsets.
 * Blocked over all three, panels packed into scratch memory that is allocated once.
 * Source of the scheme: Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, 2008.
 */
export function multiplyInto(
  to: Target,
  left: OffsetMatrix,
  right: OffsetMatrix,
  rows: number,
  columns: number,
  depth: number,
  alpha = 1,
): void {
  if (rows === 0 || columns === 0 || depth === 0) return;
  if (rows <= 2) {
    for (let i = 0; i < rows; i++)
      vectorInto(to, to.rows[i], to.columns, left, left.outer[i], right, columns, depth, alpha);
    return;
  }
  if (columns <= 2) {
    for (let j = 0; j < columns; j++)
      vectorInto(to, to.columns[j], to.rows, right, right.outer[j], left, rows, depth, alpha);
    return;
  }
  const depthBlock = blockOf(depth, maxDepth);
  const leftData = left.data as Float32Array;
  const rightData = right.data as Float32Array;
  for (let i = 0; i < rows; i += leftRows) {
    const rowCount = Math.min(leftRows, rows - i);
    for (let k = 0; k < depth; k += depthBlock) {
      const count = Math.min(depthBlock, depth - k);
      pack(leftPanel, leftData, left.base, left.outer, i, rowCount, left.inner, k, count);
      for (let j = 0; j < columns; j += rightRows) {
        const columnCount = Math.min(rightRows, columns - j);
        pack(rightPanel, rightData, right.base, right.outer, j, columnCount, right.inner, k, count);
        multiplyPanels(to, i, rowCount, j, columnCount, count, alpha);
      }
    }
  }
}

import type { FloatType } from '../types.ts';

/** Pictures in memory, with enough zeros around them that no window reaches outside. */
export interface Pictures {
  readonly data: Float32Array | Float64Array;
  /** Where the first plane starts. */
  readonly base: number;
}

/** How far it is from one row, and from one plane, to the next. */
export interface Layout {
  readonly row: number;
  readonly plane: number;
}

/** Zeros around a picture, in rows and columns. */
export interface Margins {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export function layoutWith(height: number, width: number, { top, bottom, left, right }: Margins): Layout {
  const row = left + width + right;
  return { row, plane: (top + height + bottom) * row };
}

let scratch32 = new Float32Array(0);
let scratch64 = new Float64Array(0);

function scratch(dtype: FloatType, size: number): Float32Array | Float64Array {
  if (dtype === 'float32') {
    if (scratch32.length < size) scratch32 = new Float32Array(size);
    return scratch32;
  }
  if (scratch64.length < size) scratch64 = new Float64Array(size);
  return scratch64;
}

/**
 * `planes` planes from plane `first` on, with margins: in place where there are none, else copied to scratch
 * memory that the next call reuses.
 */
export function withMargins(
  data: Float32Array | Float64Array,
  first: number,
  planes: number,
  height: number,
  width: number,
  margins: Margins,
): Pictures {
  const { top, left } = margins;
  const size = height * width;
  const { row, plane } = layoutWith(height, width, margins);
  if (plane === size) return { data, base: first * size };
  const to = scratch(data instanceof Float32Array ? 'float32' : 'float64', planes * plane);
  to.fill(0, 0, planes * plane);
  for (let p = 0, from = first * size; p < planes; p++)
    for (let y = 0; y < height; y++) {
      const start = p * plane + (top + y) * row + left;
      for (let x = 0; x < width; x++) to[start + x] = data[from++];
    }
  return { data: to, base: 0 };
}

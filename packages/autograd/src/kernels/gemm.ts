import type { TypedArray } from '../types.ts';

/** A matrix inside of an array: where it starts, and how far the next row and the next column are. */
export interface MatrixView {
  readonly data: TypedArray;
  readonly offset: number;
  readonly row: number;
  readonly column: number;
}

/** to += alpha · a · b, where `to` is row-major without gaps. */
export function product(
  a: MatrixView,
  b: MatrixView,
  to: { readonly data: TypedArray; readonly offset: number },
  rows: number,
  columns: number,
  depth: number,
  alpha: number,
): void {
  const as = a.data as Float32Array;
  const bs = b.data as Float32Array;
  const ys = to.data as Float32Array;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      let total = 0;
      for (let k = 0; k < depth; k++)
        total += as[a.offset + i * a.row + k * a.column] * bs[b.offset + k * b.row + j * b.column];
      ys[to.offset + i * columns + j] += alpha * total;
    }
}

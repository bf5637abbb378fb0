import { unzlibSync } from 'fflate';
import type { PngFile } from './png-file.ts';

/** Every `dx`-th pixel from `x` of every `dy`-th row from `y`: all of them, or one of the seven passes of Adam7. */
export interface Pass {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

const whole: readonly Pass[] = [{ x: 0, y: 0, dx: 1, dy: 1 }];
const adam7: readonly Pass[] = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

/**
 * Unpacks the rows of a file and calls `each` for each of them: of a pass, its `row`-th, with its samples as they lie
 * in the file. The bytes are good until it returns.
 * @param channels samples a pixel
 * @throws Error when there are fewer rows than the header says, or a filter that is unknown
 */
export function eachRow(
  file: PngFile,
  channels: number,
  each: (pass: Pass, row: number, width: number, bytes: Uint8Array) => void,
): void {
  const bits = channels * file.depth;
  const passes = (file.interlaced ? adam7 : whole)
    .map((pass) => {
      const width = Math.ceil((file.width - pass.x) / pass.dx);
      return {
        pass,
        width,
        height: Math.ceil((file.height - pass.y) / pass.dy),
        length: Math.ceil((width * bits) / 8),
      };
    })
    .filter(({ width, height }) => width > 0 && height > 0);
  const rows = unpack(
    file.packed,
    passes.reduce((sum, { height, length }) => sum + height * (length + 1), 0),
  );
  let at = 0;
  for (const { pass, width, height, length } of passes) {
    let above: Uint8Array = new Uint8Array(length);
    for (let row = 0; row < height; row++) {
      const bytes = rows.subarray(at + 1, at + 1 + length);
      unfilter(rows[at]!, bytes, above, Math.max(1, bits >> 3));
      each(pass, row, width, bytes);
      above = bytes;
      at += length + 1;
    }
  }
}

/** At most `length` bytes of what zlib has packed: what unpacks to many times of the picture is not kept. */
function unpack(packed: Uint8Array, length: number): Uint8Array {
  // Pixels that can't be packed take a little more than they are.
  if (packed.length > 2 * length + 65_536) throw new Error('a PNG with more data than pixels');
  const rows = unzlibSync(packed, { out: new Uint8Array(length) });
  if (rows.length < length) throw new Error('a PNG with fewer rows than its header says');
  return rows;
}

/** Undoes a row's filter in place. `step`: bytes from a sample to the same one of the pixel on its left. */
function unfilter(filter: number, row: Uint8Array, above: Uint8Array, step: number): void {
  const { length } = row;
  // Left of the row is nothing but zeros.
  if (filter === 1) for (let i = step; i < length; i++) row[i]! += row[i - step]!;
  else if (filter === 2) for (let i = 0; i < length; i++) row[i]! += above[i]!;
  else if (filter === 3)
    for (let i = 0; i < length; i++) row[i]! += ((i < step ? 0 : row[i - step]!) + above[i]!) >> 1;
  else if (filter === 4)
    for (let i = 0; i < length; i++)
      row[i]! += i < step ? above[i]! : nearest(row[i - step]!, above[i]!, above[i - step]!);
  else if (filter !== 0) throw new Error(`a PNG with a filter ${filter}`);
}

/** Paeth: which of a (left), b (above) and c (above the left one) is nearest to a + b - c. */
function nearest(a: number, b: number, c: number): number {
  const toA = Math.abs(b - c);
  const toB = Math.abs(a - c);
  const toC = Math.abs(a + b - 2 * c);
  if (toA <= toB && toA <= toC) return a;
  return toB <= toC ? b : c;
}

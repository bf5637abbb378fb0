import { type Reading, side, withEqualInk } from './bitmap.ts';
import { type Ink, type Point, placeShape } from './place.ts';

export type { Point } from './place.ts';

/** What one touch of the pen left: a chain of points, or a dot of one; in shares of the pad's side. */
export type Stroke = readonly Point[];

/** More than any pen: how far away is all the same. */
const reach = 4;

/** Half of the width of the pen, in pixels of the bitmap. */
const pen = [1.5, 3] as const;

/**
 * What the network sees of a drawing: its lines scaled to the box that the training digits fill, drawn anew with a pen
 * that gives as much ink as those have. How large, where and how thick it was drawn plays no part.
 * @returns undefined where nothing is drawn
 */
export function readStrokes(strokes: readonly Stroke[]): Reading | undefined {
  const points = strokes.flat();
  if (points.length === 0) return undefined;
  const ink: Ink = strokes.flatMap((stroke) =>
    stroke.slice(1).map((to, i) => {
      const from = stroke[i]!;
      const weight = Math.hypot(to.x - from.x, to.y - from.y);
      return { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2, weight };
    }),
  );
  return withEqualInk((growth) => {
    const { to } = placeShape(points, ink, growth);
    return nearnessTo(strokes.map((stroke) => stroke.map(to)));
  }, pen);
}

/** Minus the distance from the middle of each pixel of the bitmap to the nearest line, where that is within reach. */
function nearnessTo(strokes: readonly Stroke[]): Float32Array {
  const squares = new Float32Array(side * side).fill(reach * reach);
  for (const stroke of strokes)
    stroke.forEach((to, i) => {
      const from = stroke[Math.max(0, i - 1)]!;
      const [dx, dy] = [to.x - from.x, to.y - from.y];
      const length = dx * dx + dy * dy;
      const [left, right] = around(from.x, to.x);
      const [top, bottom] = around(from.y, to.y);
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++) {
          const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
          const along = length > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / length)) : 0;
          const [ex, ey] = [px - along * dx, py - along * dy];
          squares[y * side + x] = Math.min(squares[y * side + x]!, ex * ex + ey * ey);
        }
    });
  return squares.map((square) => -Math.sqrt(square));
}

/** The pixels of a row, or of a column, that are within reach of what lies between. */
const around = (a: number, b: number): [from: number, to: number] => [
  Math.max(0, Math.floor(Math.min(a, b) - reach)),
  Math.min(side, Math.ceil(Math.max(a, b) + reach)),
];

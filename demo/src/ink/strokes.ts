import {
  boxWidth,
  inkPixels,
  levelOf,
  mostWidening,
  type Reading,
  readingOf,
  side,
  uprighting,
} from './bitmap.ts';

/** In shares of the pad's side, from its top left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What one touch of the pen left: a chain of points, or a dot of one. */
export type Stroke = readonly Point[];

/** In pixels of the bitmap. */
const thinnestPen = 3;
const widestPen = 6;
/** Lines that are flatter than this stay flat, such as a minus. */
const flattest = 0.4;

/**
 * What the network sees of a drawing: its lines scaled to the box that the training digits fill, drawn anew with a pen
 * that gives as much ink as those have. How large, where and how thick it was drawn plays no part.
 * @returns undefined where nothing is drawn
 */
export function readStrokes(strokes: readonly Stroke[]): Reading | undefined {
  if (!strokes.some((stroke) => stroke.length > 0)) return undefined;
  const upright = setUpright(strokes);
  const bounds = boundsOf(upright.flat());
  let pen = (thinnestPen + widestPen) / 2;
  let nearness = new Float32Array(0);
  // The pen decides how much room the lines have, and they decide which pen gives the ink: that settles at once.
  for (let round = 0; round < 3; round++) {
    nearness = nearnessTo(upright.map(placeIn(bounds, pen)));
    pen = Math.min(widestPen, Math.max(thinnestPen, -2 * levelOf(nearness, inkPixels)));
  }
  return readingOf(Uint8Array.from(nearness, (value) => Number(value >= -pen / 2)));
}

/** Shears by a share of the slant, which is the regression of x on y over the ink. */
function setUpright(strokes: readonly Stroke[]): Point[][] {
  let [ink, meanX, meanY] = [0, 0, 0];
  const segments = strokes.flatMap((stroke) =>
    stroke.slice(1).map((to, i) => {
      const from = stroke[i]!;
      const length = Math.hypot(to.x - from.x, to.y - from.y);
      const [x, y] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
      ink += length;
      meanX += length * x;
      meanY += length * y;
      return { x, y, length };
    }),
  );
  meanX /= ink || 1;
  meanY /= ink || 1;
  let [together, alone] = [0, 0];
  for (const { x, y, length } of segments) {
    together += length * (x - meanX) * (y - meanY);
    alone += length * (y - meanY) ** 2;
  }
  const shear = alone > 1e-9 ? (uprighting * together) / alone : 0;
  return strokes.map((stroke) => stroke.map(({ x, y }) => ({ x: x - shear * (y - meanY), y })));
}

interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function boundsOf(points: readonly Point[]): Bounds {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { left, top, width: right - left, height: bottom - top };
}

/** From the pad to the bitmap, with room for half a pen on each side. */
function placeIn({ left, top, width, height }: Bounds, pen: number): (stroke: Stroke) => Point[] {
  const tiny = 1e-3;
  const scaleY = (side - pen) / Math.max(height, width * flattest, tiny);
  const scaleX = Math.min((boxWidth - pen) / Math.max(width, tiny), scaleY * mostWidening);
  const offsetX = (side - width * scaleX) / 2;
  const offsetY = (side - height * scaleY) / 2;
  return (stroke) =>
    stroke.map(({ x, y }) => ({ x: offsetX + (x - left) * scaleX, y: offsetY + (y - top) * scaleY }));
}

/** Minus the distance from the middle of each pixel of the bitmap to the nearest line. */
function nearnessTo(strokes: readonly (readonly Point[])[]): Float32Array<ArrayBuffer> {
  const squares = new Float32Array(side * side).fill(Infinity);
  for (const stroke of strokes)
    stroke.forEach((to, i) => {
      const from = stroke[Math.max(0, i - 1)]!;
      const [dx, dy] = [to.x - from.x, to.y - from.y];
      const length = dx * dx + dy * dy;
      for (let y = 0; y < side; y++)
        for (let x = 0; x < side; x++) {
          const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
          const along = length > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / length)) : 0;
          const [ex, ey] = [px - along * dx, py - along * dy];
          squares[y * side + x] = Math.min(squares[y * side + x]!, ex * ex + ey * ey);
        }
    });
  return squares.map((square) => -Math.sqrt(square));
}

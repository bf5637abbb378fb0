import { side } from './bitmap.ts';

/** In any unit, y down. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

const boxWidth = 20;
/** How much wider than it was a narrow digit may become, such as a 1 that is one line. */
const mostWidening = 1.1;
/** What is flatter than this stays flat, such as a minus. */
const flattest = 0.4;
/** Share of its slant that a digit loses. */
const uprighting = 0.2;

/** A map from where a shape was found to the bitmap, and back. */
export interface Placement {
  to(point: Point): Point;
  from(point: Point): Point;
}

/** Weighted points: a sum over the ink of a shape. */
export type Ink = readonly (Point & { readonly weight: number })[];

/**
 * Sets a shape a little upright, and places it in the box that the training digits fill.
 * @param outline points that bound the shape
 * @param ink tells its slant, the regression of x on y
 * @param margin room to leave on each side, in pixels of the bitmap
 */
export function placeShape(outline: readonly Point[], ink: Ink, margin: number): Placement {
  const shear = uprighting * slantOf(ink);
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of outline) {
    left = Math.min(left, x - shear * y);
    right = Math.max(right, x - shear * y);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const [width, height] = [right - left, bottom - top];
  const tiny = 1e-3;
  const scaleY = (side - 2 * margin) / Math.max(height, width * flattest, tiny);
  const scaleX = Math.min((boxWidth - 2 * margin) / Math.max(width, tiny), scaleY * mostWidening);
  const offsetX = (side - width * scaleX) / 2;
  const offsetY = (side - height * scaleY) / 2;
  return {
    to: ({ x, y }) => ({ x: offsetX + (x - shear * y - left) * scaleX, y: offsetY + (y - top) * scaleY }),
    from({ x, y }) {
      const back = top + (y - offsetY) / scaleY;
      return { x: left + (x - offsetX) / scaleX + shear * back, y: back };
    },
  };
}

function slantOf(ink: Ink): number {
  let [all, meanX, meanY] = [0, 0, 0];
  for (const { x, y, weight } of ink) {
    all += weight;
    meanX += weight * x;
    meanY += weight * y;
  }
  if (all === 0) return 0;
  meanX /= all;
  meanY /= all;
  let [together, alone] = [0, 0];
  for (const { x, y, weight } of ink) {
    together += weight * (x - meanX) * (y - meanY);
    alone += weight * (y - meanY) ** 2;
  }
  return alone > 1e-9 ? together / alone : 0;
}

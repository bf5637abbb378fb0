import { type Reading, side, withEqualInk } from './bitmap.ts';
import { blur, type GrayPicture, localMean } from './gray.ts';
import { type Box, digitIn } from './parts.ts';
import { type Ink, type Point, placeShape } from './place.ts';

/** How far from its ground the strongest ink must be, in levels of 0 to 255. */
const leastContrast = 24;
/** What is this far from its ground is ink too, as a share of the strongest. */
const inkShare = 0.4;
/** How much lines may be thinned and thickened, in pixels of the bitmap on each side. */
const growths = [-1.2, 2.4] as const;

/** More than any growth: how far away is all the same. */
const reach = 4;

export interface PhotoReading extends Reading {
  /** Where the digit was, in pixels of the picture. */
  readonly box: Box;
}

/**
 * What the network sees of a picture: the digit in it, found and scaled as the training digits were. Dark ink on light
 * paper and bright ink on a dark ground are told apart by themselves; uneven light does no harm.
 * @returns undefined where nothing stands out
 */
export function readPhoto(picture: GrayPicture): PhotoReading | undefined {
  const { width, height } = picture;
  const strength = inkStrength(picture);
  // Of a few pixels each may be a speck.
  const contrast = strength.slice().sort()[Math.floor(strength.length * 0.998) - 1]!;
  if (contrast < leastContrast) return undefined;
  const level = Math.max(leastContrast / 2, contrast * inkShare);
  const mask = Uint8Array.from(strength, (value) => Number(value >= level));
  const found = digitIn(mask, width, height);
  if (!found) return undefined;
  return { ...readMask(found.inside, width, found.box), box: found.box };
}

/** How much each pixel stands out from its surroundings in the direction of ink; 0 for paper. */
function inkStrength(picture: GrayPicture): Float32Array {
  const { width, height } = picture;
  const data = blur(picture, 1, 1);
  const radius = Math.ceil(Math.max(width, height) / 3);
  const around = localMean({ data, width, height }, radius);
  // Ink covers less than paper does, and so lies farther from the mean of its surroundings.
  let skew = 0;
  data.forEach((value, i) => {
    skew += (value - around[i]!) ** 3;
  });
  const sign = skew < 0 ? -1 : 1;
  // That mean holds ink as well; the paper is the mean of what is none.
  const paper = data.map((value, i) => (sign * (value - around[i]!) > 0 ? around[i]! : value));
  const ground = localMean({ data: paper, width, height }, radius);
  return data.map((value, i) => Math.max(0, sign * (value - ground[i]!)));
}

/** @param mask 1 for the ink of the digit, all of it inside of the box */
function readMask(mask: Uint8Array, width: number, box: Box): Reading {
  const height = mask.length / width;
  const isInk = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && mask[y * width + x] === 1;
  const ink: Ink[number][] = [];
  const edge: Point[] = [];
  for (let y = box.top; y < box.top + box.height; y++)
    for (let x = box.left; x < box.left + box.width; x++) {
      if (!isInk(x, y)) continue;
      ink.push({ x, y, weight: 1 });
      // Between this pixel and a neighbour that is none.
      for (const [dx, dy] of sides)
        if (!isInk(x + dx, y + dy)) edge.push({ x: x + 0.5 + dx / 2, y: y + 0.5 + dy / 2 });
    }
  return withEqualInk((growth) => {
    const { to, from } = placeShape(edge, ink, growth);
    const squares = squaresTo(edge.map(to));
    return squares.map((square, i) => {
      const back = from({ x: (i % side) + 0.5, y: Math.floor(i / side) + 0.5 });
      const inside = isInk(Math.floor(back.x), Math.floor(back.y));
      return Math.sqrt(square) * (inside ? 1 : -1);
    });
  }, growths);
}

const sides = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const;

/** Of the distance from the middle of each pixel of the bitmap to the nearest point, where that is within reach. */
function squaresTo(points: readonly Point[]): Float32Array {
  const squares = new Float32Array(side * side).fill(reach * reach);
  for (const { x, y } of points)
    for (let row = Math.max(0, Math.floor(y - reach)); row < Math.min(side, y + reach); row++)
      for (let column = Math.max(0, Math.floor(x - reach)); column < Math.min(side, x + reach); column++) {
        const square = (column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2;
        const at = row * side + column;
        if (square < squares[at]!) squares[at] = square;
      }
  return squares;
}

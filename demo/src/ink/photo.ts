import { boxWidth, inkPixels, levelOf, mostWidening, type Reading, readingOf, side } from './bitmap.ts';
import { blur, type GrayPicture, localMean } from './gray.ts';
import { type Box, digitIn } from './parts.ts';

/** How far from its ground the strongest ink must be, in levels of 0 to 255. */
const leastContrast = 24;
/** What is this far from its ground is ink too, as a share of the strongest. */
const inkShare = 0.3;

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
  const contrast = levelOf(strength, Math.max(1, Math.round(strength.length / 500)));
  if (contrast < leastContrast) return undefined;
  const level = Math.max(leastContrast / 2, contrast * inkShare);
  const mask = Uint8Array.from(strength, (value) => Number(value >= level));
  const found = digitIn(mask, width, height);
  if (!found) return undefined;
  const { box, inside } = found;
  const ink = strength.map((value, i) => (inside[i] ? Math.min(1, value / contrast) : 0));
  const scaled = blur({ data: scaleInto(ink, width, box), width: side, height: side }, 1);
  const least = 0.12;
  const cut = Math.max(least, levelOf(scaled, inkPixels));
  return { ...readingOf(Uint8Array.from(scaled, (value) => Number(value >= cut))), box };
}

/** How much each pixel stands out from its surroundings in the direction of ink; 0 for paper. */
function inkStrength(picture: GrayPicture): Float32Array<ArrayBuffer> {
  const { data, width, height } = picture;
  const around = localMean(picture, Math.ceil(Math.max(width, height) / 3));
  // Ink covers less than paper does, and so lies farther from the mean of its surroundings.
  let skew = 0;
  data.forEach((value, i) => {
    skew += (value - around[i]!) ** 3;
  });
  const sign = skew < 0 ? -1 : 1;
  // The mean of the surroundings holds ink as well; the paper is the mean of what is no ink.
  const paper = data.map((value, i) => (sign * (value - around[i]!) > 0 ? around[i]! : value));
  const ground = localMean({ data: paper, width, height }, Math.ceil(Math.max(width, height) / 3));
  return data.map((value, i) => Math.max(0, sign * (value - ground[i]!)));
}

/** The box of a picture, averaged into the box of the bitmap that the training digits fill. */
function scaleInto(ink: Float32Array, width: number, box: Box): Float32Array<ArrayBuffer> {
  const scaleY = side / Math.max(box.height, box.width * 0.4);
  const scaleX = Math.min(boxWidth / box.width, scaleY * mostWidening);
  const [offsetX, offsetY] = [(side - box.width * scaleX) / 2, (side - box.height * scaleY) / 2];
  const scaled = new Float32Array(side * side);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const part = {
        left: (x - offsetX) / scaleX,
        right: (x + 1 - offsetX) / scaleX,
        top: (y - offsetY) / scaleY,
        bottom: (y + 1 - offsetY) / scaleY,
      };
      scaled[y * side + x] = meanOf(ink, width, box, part);
    }
  return scaled;
}

interface Part {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The mean over a part of the box, which may end within pixels; what is outside of the box counts as 0. */
function meanOf(ink: Float32Array, width: number, box: Box, { left, right, top, bottom }: Part): number {
  let sum = 0;
  for (let y = Math.max(0, Math.floor(top)); y < Math.min(box.height, bottom); y++) {
    const rows = Math.min(bottom, y + 1) - Math.max(top, y);
    for (let x = Math.max(0, Math.floor(left)); x < Math.min(box.width, right); x++)
      sum += ink[(box.top + y) * width + box.left + x]! * rows * (Math.min(right, x + 1) - Math.max(left, x));
  }
  return sum / ((right - left) * (bottom - top));
}

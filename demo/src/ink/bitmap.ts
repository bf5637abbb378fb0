/**
 * Pictures as those the network learned from were made. The digits of the UCI set are bitmaps of 32 × 32, in which a
 * digit is scaled to 20 × 32 in the middle, set a little upright, and thinned or thickened to much the same ink; then
 * the pixels of each block of 4 × 4 were counted (Alpaydin and Kaynak, 1998, after NIST's form-based handprint
 * recognition, Garris et al., 1994). Ink of the training pictures: 311 of 1,024, standard deviation 34, whatever the
 * digit.
 */
export const side = 32;
/** Pixels of the bitmap that are ink; fewer where thickening would fill what is open. */
const inkPixels = 300;

const block = 4;
/** Of the picture that the network takes. */
export const modelSide = side / block;

/** A digit as the network gets it. */
export interface Reading {
  /** 1 for ink, [32 × 32]. */
  readonly bitmap: Uint8Array;
  /** uint8 [8 × 8], bright ink on black. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}

/**
 * The bitmap of a shape that is thickened, or thinned, until it has the ink of the training digits.
 * @param nearness of each pixel of the bitmap to the shape, in pixels: minus the distance outside of it, the distance to
 * its edge inside; the shape placed so that there is room for thickening by `growth` on each side
 * @param limits by how much it may be thickened, in pixels of each side; below 0 it is thinned
 */
export function withEqualInk(
  nearness: (growth: number) => Float32Array,
  [least, most]: readonly [least: number, most: number],
): Reading {
  let growth = (least + most) / 2;
  let near = new Float32Array(0);
  // The growth decides how much room the shape has, and the shape which growth gives the ink: that settles at once.
  for (let round = 0; round < 3; round++) {
    near = Float32Array.from(nearness(growth));
    const level = near.slice().sort()[near.length - inkPixels]!;
    growth = Math.min(most, Math.max(least, -level));
  }
  const bitmap = Uint8Array.from(near, (value) => Number(value >= -growth));
  return { bitmap, pixels: countBlocks(bitmap) };
}

/** 255 for a block full of ink. */
function countBlocks(bitmap: Uint8Array): Uint8Array<ArrayBuffer> {
  const counts = new Uint8Array(modelSide * modelSide);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      counts[Math.floor(y / block) * modelSide + Math.floor(x / block)]! += bitmap[y * side + x]!;
  return counts.map((count) => Math.round((count * 255) / (block * block)));
}

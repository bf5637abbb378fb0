/**
 * Pictures as those the network learned from were made. The digits of the UCI set are bitmaps of 32 × 32, in which a
 * digit is scaled to 20 × 32 in the middle, set a little upright, and thinned or thickened to much the same ink; then
 * the pixels of each block of 4 × 4 were counted (Alpaydin and Kaynak, 1998, after NIST's form-based handprint
 * recognition, Garris et al., 1994). Ink of the training pictures: 311 of 1,024, standard deviation 34, whatever the
 * digit.
 */
export const side = 32;
export const boxWidth = 20;
/** Pixels of the bitmap that are ink. */
export const inkPixels = 300;
/** How much wider than it was a narrow digit may become, such as a 1 that is one line. */
export const mostWidening = 1.1;
/** Share of its slant that a digit loses. */
export const uprighting = 0.2;

const block = 4;
/** Of the picture that the network takes. */
export const modelSide = side / block;

/**
 * @param bitmap 1 for ink, [32 × 32]
 * @returns the picture the network takes: uint8 [8 × 8], bright ink on black, 255 for a block full of ink
 */
function countBlocks(bitmap: Uint8Array): Uint8Array<ArrayBuffer> {
  const counts = new Uint8Array(modelSide * modelSide);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      counts[Math.floor(y / block) * modelSide + Math.floor(x / block)]! += bitmap[y * side + x]!;
  return counts.map((count) => Math.round((count * 255) / (block * block)));
}

/** A digit as the network gets it. */
export interface Reading {
  /** 1 for ink, [32 × 32]. */
  readonly bitmap: Uint8Array;
  /** uint8 [8 × 8], bright ink on black. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}

export const readingOf = (bitmap: Uint8Array): Reading => ({ bitmap, pixels: countBlocks(bitmap) });

/** The value that `count` of the values reach or exceed. */
export const levelOf = (values: Float32Array, count: number): number =>
  values.slice().sort()[values.length - count]!;

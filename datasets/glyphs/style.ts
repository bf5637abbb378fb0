/** The ranges that one distribution of pictures is drawn from. Levels are 0..255, lengths are shares of the height. */
export interface Style {
  /** Mean and spread of the slant: the shift to the right at the top, as a share of the height. */
  readonly slant: readonly [mean: number, spread: number];
  /** Width of the stroke. */
  readonly thickness: readonly [low: number, high: number];
  /** Softness of the stroke's edge. */
  readonly blur: readonly [low: number, high: number];
  readonly ink: readonly [low: number, high: number];
  readonly background: readonly [low: number, high: number];
  /** Largest difference of the background from one side to the other. */
  readonly shading: readonly [low: number, high: number];
  /** Standard deviation of the noise. */
  readonly noise: readonly [low: number, high: number];
}

/** Where drift begins: upright white ink on black, little noise, as in MNIST. */
export const styleA: Style = {
  slant: [0.06, 0.14],
  thickness: [0.07, 0.13],
  blur: [0.03, 0.06],
  ink: [190, 255],
  background: [0, 8],
  shading: [0, 4],
  noise: [2, 9],
};

/** Where drift ends: slanted, bold, soft, low in contrast, on an uneven bright ground, as from a cheap camera. */
export const styleB: Style = {
  slant: [0.36, 0.16],
  thickness: [0.11, 0.18],
  blur: [0.05, 0.1],
  ink: [150, 225],
  background: [35, 80],
  shading: [10, 50],
  noise: [14, 26],
};

/** Style A at drift 0, style B at drift 1, in between their mixture, range by range. */
export function styleAt(drift: number): Style {
  const mix = ([a, b]: readonly [number, number], [c, d]: readonly [number, number]): [number, number] => [
    a + (c - a) * drift,
    b + (d - b) * drift,
  ];
  return {
    slant: mix(styleA.slant, styleB.slant),
    thickness: mix(styleA.thickness, styleB.thickness),
    blur: mix(styleA.blur, styleB.blur),
    ink: mix(styleA.ink, styleB.ink),
    background: mix(styleA.background, styleB.background),
    shading: mix(styleA.shading, styleB.shading),
    noise: mix(styleA.noise, styleB.noise),
  };
}

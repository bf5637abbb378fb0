/**
 * One axis in whole units: source pixel j covers [j * unit, (j + 1) * unit), target pixel i covers
 * [offset + i * step, offset + (i + 1) * step), which lies inside the source.
 */
export interface Axis {
  readonly length: number;
  readonly size: number;
  readonly unit: number;
  readonly offset: number;
  readonly step: number;
}

/** Target i is the sum over k of weights[i * taps + k] * source[starts[i] + k], divided by `total`. */
export interface AxisWeights {
  readonly taps: number;
  readonly starts: Int32Array;
  /** Whole numbers; those of a target pixel sum to `total`. */
  readonly weights: Float64Array;
  readonly total: number;
}

/** All `length` pixels to `size`. */
export const wholeAxis = (length: number, size: number): Axis => ({
  length,
  size,
  unit: size,
  offset: 0,
  step: length,
});

/** The middle `size` * scale of `length` pixels to `size`, where scale = other / otherSize is that of the other axis. */
export const middleAxis = (length: number, size: number, other: number, otherSize: number): Axis => ({
  length,
  size,
  unit: 2 * otherSize,
  offset: length * otherSize - size * other,
  step: 2 * other,
});

/**
 * Down: the average over the area a target pixel covers. Up: linear between the centres of the two nearest pixels,
 * edges held. All in whole numbers, so that every platform gets the same result to the bit.
 */
export const axisWeights = (axis: Axis): AxisWeights =>
  axis.step > axis.unit ? areaWeights(axis) : linearWeights(axis);

function areaWeights({ length, size, unit, offset, step }: Axis): AxisWeights {
  const taps = Math.min(Math.ceil(step / unit) + 1, length);
  const starts = new Int32Array(size);
  const weights = new Float64Array(size * taps);
  for (let i = 0; i < size; i++) {
    const from = offset + i * step;
    const start = Math.min(Math.floor(from / unit), length - taps);
    starts[i] = start;
    for (let k = 0; k < taps; k++) {
      const pixel = (start + k) * unit;
      weights[i * taps + k] = Math.max(0, Math.min(from + step, pixel + unit) - Math.max(from, pixel));
    }
  }
  return { taps, starts, weights, total: step };
}

function linearWeights({ length, size, unit, offset, step }: Axis): AxisWeights {
  const taps = Math.min(2, length);
  const starts = new Int32Array(size);
  const weights = new Float64Array(size * taps);
  const total = 2 * unit;
  for (let i = 0; i < size; i++) {
    // Between pixel centres, in half units, so that halves stay whole.
    const centre = Math.max(0, Math.min(2 * offset + (2 * i + 1) * step - unit, (length - 1) * total));
    const start = Math.min(Math.floor(centre / total), length - taps);
    starts[i] = start;
    weights[i * taps] = taps === 1 ? total : (start + 1) * total - centre;
    if (taps === 2) weights[i * taps + 1] = centre - start * total;
  }
  return { taps, starts, weights, total };
}

/** Rows of a picture, one byte a channel; a row is good until the next is asked for. */
export interface Rows {
  readonly width: number;
  readonly channels: number;
  row(y: number): Uint8Array;
}

/**
 * Resamples a picture into `target`, rounding half up: first the weighted sum of the rows a target row needs, then
 * along it. Sums stay below 2^53 for sides up to a million pixels, so float64 holds them exactly.
 * @param target `stride` bytes a row, the picture's top left corner at `at`
 */
export function resample(
  source: Rows,
  horizontal: AxisWeights,
  vertical: AxisWeights,
  target: { readonly data: Uint8Array; readonly at: number; readonly stride: number },
): void {
  const sums = new Float64Array(source.width * source.channels);
  const half = horizontal.total * vertical.total;
  const { taps, starts, weights } = vertical;
  for (let y = 0; y < starts.length; y++) {
    sums.fill(0);
    for (let k = 0; k < taps; k++) {
      const weight = weights[y * taps + k]!;
      if (weight !== 0) addRow(sums, source.row(starts[y]! + k), weight);
    }
    along(sums, source.channels, horizontal, half, target.data, target.at + y * target.stride);
  }
}

function addRow(sums: Float64Array, row: Uint8Array, weight: number): void {
  for (let x = 0; x < sums.length; x++) sums[x]! += weight * row[x]!;
}

function along(
  sums: Float64Array,
  channels: number,
  { taps, starts, weights }: AxisWeights,
  half: number,
  out: Uint8Array,
  at: number,
): void {
  for (let x = 0; x < starts.length; x++)
    for (let c = 0; c < channels; c++) {
      const first = starts[x]! * channels + c;
      let sum = 0;
      for (let k = 0; k < taps; k++) sum += weights[x * taps + k]! * sums[first + k * channels]!;
      out[at + x * channels + c] = Math.floor((2 * sum + half) / (2 * half));
    }
}

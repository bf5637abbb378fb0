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

/**
 * Resamples rows that `readRow` fills, one after the other, into `target`, rounding half up.
 * Sums stay below 2^53 for sides up to a million pixels, so float64 holds them exactly.
 * @param readRow writes row y of the source, `width * channels` bytes
 * @param target `stride` bytes a row, the picture's top left corner at `at`
 */
export function resample(
  source: { readonly width: number; readonly channels: number; readRow(y: number, row: Uint8Array): void },
  horizontal: AxisWeights,
  vertical: AxisWeights,
  target: { readonly data: Uint8Array; readonly at: number; readonly stride: number },
): void {
  const { channels } = source;
  const rowLength = horizontal.starts.length * channels;
  const row = new Uint8Array(source.width * channels);
  // The rows that one target row needs, already resampled across; source row y is in slot y % taps.
  const ring = new Float64Array(vertical.taps * rowLength);
  const divisor = 2 * horizontal.total * vertical.total;
  let next = 0;
  vertical.starts.forEach((start, y) => {
    for (next = Math.max(next, start); next < start + vertical.taps; next++) {
      source.readRow(next, row);
      const slot = (next % vertical.taps) * rowLength;
      across(row, channels, horizontal, ring.subarray(slot, slot + rowLength));
    }
    const out = target.at + y * target.stride;
    for (let x = 0; x < rowLength; x++) {
      let sum = 0;
      for (let k = 0; k < vertical.taps; k++)
        sum +=
          vertical.weights[y * vertical.taps + k]! * ring[((start + k) % vertical.taps) * rowLength + x]!;
      target.data[out + x] = Math.floor((2 * sum + divisor / 2) / divisor);
    }
  });
}

function across(row: Uint8Array, channels: number, axis: AxisWeights, out: Float64Array): void {
  const { taps, starts, weights } = axis;
  for (let x = 0; x < starts.length; x++)
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let k = 0; k < taps; k++) sum += weights[x * taps + k]! * row[(starts[x]! + k) * channels + c]!;
      out[x * channels + c] = sum;
    }
}

/** For one axis: output i is the sum over k of weights[i * taps + k] * source[starts[i] + k]. */
export interface AxisWeights {
  readonly taps: number;
  readonly starts: Int32Array;
  readonly weights: Float64Array;
}

/**
 * Weights that bring the part [offset, offset + span) of an axis of `length` pixels to `size` pixels.
 * Down: the average over the area a target pixel covers (a box filter as wide as the scale). Up: linear between
 * the centres of the two nearest pixels, edges held. Only +, -, *, / and floor of float64 are used, and sums run
 * from low to high index, so every platform that follows IEEE 754 gets the same numbers.
 */
export function axisWeights(length: number, offset: number, span: number, size: number): AxisWeights {
  const scale = span / size;
  return scale > 1 ? areaWeights(length, offset, scale, size) : linearWeights(length, offset, scale, size);
}

function areaWeights(length: number, offset: number, scale: number, size: number): AxisWeights {
  const taps = Math.min(Math.ceil(scale) + 1, length);
  const starts = new Int32Array(size);
  const weights = new Float64Array(size * taps);
  for (let i = 0; i < size; i++) {
    const from = offset + i * scale;
    const to = from + scale;
    const start = Math.max(0, Math.min(Math.floor(from), length - taps));
    starts[i] = start;
    let sum = 0;
    for (let k = 0; k < taps; k++) {
      const weight = Math.max(0, Math.min(to, start + k + 1, length) - Math.max(from, start + k));
      weights[i * taps + k] = weight;
      sum += weight;
    }
    for (let k = 0; k < taps; k++) weights[i * taps + k]! /= sum;
  }
  return { taps, starts, weights };
}

function linearWeights(length: number, offset: number, scale: number, size: number): AxisWeights {
  const taps = Math.min(2, length);
  const starts = new Int32Array(size);
  const weights = new Float64Array(size * taps);
  for (let i = 0; i < size; i++) {
    const centre = Math.max(0, Math.min(offset + (i + 0.5) * scale - 0.5, length - 1));
    const start = Math.min(Math.floor(centre), length - taps);
    starts[i] = start;
    if (taps === 1) weights[i] = 1;
    else {
      weights[2 * i] = 1 - (centre - start);
      weights[2 * i + 1] = centre - start;
    }
  }
  return { taps, starts, weights };
}

/**
 * Resamples rows that `readRow` fills, one after the other, into `target`.
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
      target.data[out + x] = Math.floor(sum + 0.5);
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

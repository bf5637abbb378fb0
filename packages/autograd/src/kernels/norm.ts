import type { Tensor } from '../tensor.ts';

/** y = x · factor + shift, both per channel of x [N, C, …]. */
export function scaleChannels(x: Tensor, factors: Float64Array, shifts: Float64Array, y: Tensor): void {
  const from = x.data as Float32Array;
  const to = y.data as Float32Array;
  const channels = factors.length;
  const size = from.length / (x.sizes[0] * channels);
  for (let p = 0, i = 0; i < from.length; p++) {
    const factor = factors[p % channels];
    const shift = shifts[p % channels];
    for (const end = i + size; i < end; i++) to[i] = from[i] * factor + shift;
  }
}

/** Mean and biased variance of each channel of x [N, C, …], in two passes so that large means do no harm. */
export function channelMoments(x: Tensor): { means: Float64Array; variances: Float64Array } {
  const from = x.data as Float32Array;
  const [batch, channels] = x.sizes;
  const size = from.length / (batch * channels);
  const means = new Float64Array(channels);
  const variances = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    let total = 0;
    for (let n = 0; n < batch; n++) {
      const start = (n * channels + c) * size;
      for (let i = start; i < start + size; i++) total += from[i];
    }
    const mean = total / (batch * size);
    let squares = 0;
    for (let n = 0; n < batch; n++) {
      const start = (n * channels + c) * size;
      for (let i = start; i < start + size; i++) squares += (from[i] - mean) * (from[i] - mean);
    }
    means[c] = mean;
    variances[c] = squares / (batch * size);
  }
  return { means, variances };
}

/** The gradient of normalizing each channel of x by its own moments, then scaling and shifting; see its operator. */
export function channelGradients(
  x: Tensor,
  dy: Tensor,
  scales: Float32Array,
  epsilon: number,
  dx: Float32Array,
  dscale: Float32Array,
  dbias: Float32Array,
): void {
  const from = x.data as Float32Array;
  const cotangents = dy.data as Float32Array;
  const [batch, channels] = x.sizes;
  const size = from.length / (batch * channels);
  const { means, variances } = channelMoments(x);
  for (let c = 0; c < channels; c++) {
    const mean = means[c];
    const inverse = 1 / Math.sqrt(variances[c] + epsilon);
    let total = 0;
    let products = 0;
    for (let n = 0; n < batch; n++) {
      const start = (n * channels + c) * size;
      for (let i = start; i < start + size; i++) {
        total += cotangents[i];
        products += cotangents[i] * (from[i] - mean);
      }
    }
    dbias[c] = total;
    dscale[c] = products * inverse;
    const factor = scales[c] * inverse;
    const shift = total / (batch * size);
    const slope = (products * inverse * inverse) / (batch * size);
    for (let n = 0; n < batch; n++) {
      const start = (n * channels + c) * size;
      for (let i = start; i < start + size; i++)
        dx[i] = factor * (cotangents[i] - shift - slope * (from[i] - mean));
    }
  }
}

/** Normalizes every run of `size` elements by its mean and variance. */
export function normalizeRuns(
  from: Float32Array,
  size: number,
  epsilon: number,
  to: Float32Array,
  means?: Float32Array,
  inverses?: Float32Array,
): void {
  for (let start = 0, r = 0; start < from.length; start += size, r++) {
    let total = 0;
    for (let i = start; i < start + size; i++) total += from[i];
    const mean = total / size;
    let squares = 0;
    for (let i = start; i < start + size; i++) squares += (from[i] - mean) * (from[i] - mean);
    const inverse = 1 / Math.sqrt(squares / size + epsilon);
    for (let i = start; i < start + size; i++) to[i] = (from[i] - mean) * inverse;
    if (means) means[r] = mean;
    if (inverses) inverses[r] = inverse;
  }
}

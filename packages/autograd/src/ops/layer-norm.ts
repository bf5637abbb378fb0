import { type AttributesOf, attr } from '../attributes.ts';
import { InputError } from '../errors.ts';
import { normalizeRuns } from '../kernels/norm.ts';
import { defineOp } from '../op.ts';
import { requireFloat, type Tensor } from '../tensor.ts';
import { formatType, normalizeAxis, sizeOf } from '../types.ts';
import { add, div, mul, sub } from './arithmetic.ts';
import { type NormOptions, overChannels } from './batch-norm.ts';
import { vjpOf } from './composite.ts';
import { sum } from './reduce.ts';
import { reshape } from './reshape.ts';
import { sqrt } from './unary.ts';

/** (x − mean) / √(variance + ε) over the axes, with what was divided by. */
function standardized(x: Tensor, axes: readonly number[], epsilon: number): [Tensor, Tensor, Tensor] {
  const count = axes.reduce((total, axis) => total * (x.shape[axis] as number), 1);
  const mean = div(sum(x, { axes, keepDims: true }), count);
  const centred = sub(x, mean);
  const variance = div(sum(mul(centred, centred), { axes, keepDims: true }), count);
  const deviation = sqrt(add(variance, epsilon));
  return [div(centred, deviation), mean, deviation];
}

const layerRules = { axis: attr.int(-1), epsilon: attr.float(1e-5), stashType: attr.int(1) };
type LayerAttributes = AttributesOf<typeof layerRules>;

function layerComposite([x, scale, bias]: readonly Tensor[], { axis, epsilon }: LayerAttributes): Tensor[] {
  const first = normalizeAxis('layerNorm', axis, x.rank);
  const axes = x.shape.map((_, i) => i).slice(first);
  const [y, mean, deviation] = standardized(x, axes, epsilon);
  const scaled = mul(y, scale);
  return [bias ? add(scaled, bias) : scaled, mean, div(1, deviation)];
}

/** y = (x − mean x) / √(var x + ε) · scale + bias, over the axes from `axis` on; also the mean and 1/√(var x + ε) */
export const LayerNormalization = defineOp({
  type: 'LayerNormalization',
  attributes: layerRules,
  infer: ([x, scale, bias], { axis }) => {
    requireFloat('layerNorm', x);
    const first = normalizeAxis('layerNorm', axis, x.shape.length);
    const inner = x.shape.slice(first);
    for (const value of [scale, bias])
      if (value && (value.shape.length !== inner.length || value.shape.some((dim, i) => dim !== inner[i])))
        throw new InputError('layerNorm', `scale and bias [${inner.join(', ')}]`, formatType(value));
    const moments = { dtype: x.dtype, shape: x.shape.map((dim, i) => (i < first ? dim : 1)) };
    return [{ dtype: x.dtype, shape: x.shape }, moments, moments];
  },
  kernel: ([x, scale, bias], { axis, epsilon }, [y, mean, inverse]) => {
    const size = sizeOf(x.sizes.slice(normalizeAxis('layerNorm', axis, x.rank)));
    const to = y.data as Float32Array;
    normalizeRuns(
      x.data as Float32Array,
      size,
      epsilon,
      to,
      mean.data as Float32Array,
      inverse.data as Float32Array,
    );
    const scales = scale.data as Float32Array;
    const biases = bias?.data as Float32Array | undefined;
    for (let start = 0; start < to.length; start += size)
      for (let i = 0; i < size; i++) to[start + i] = to[start + i] * scales[i] + (biases ? biases[i] : 0);
  },
  vjp: vjpOf(layerComposite),
});

/**
 * Normalizes over the axes from `axis` (−1, the last, unless given) on, then scales and shifts by tensors of
 * those axes' sizes.
 * @throws InputError when scale or bias have other sizes
 */
export const layerNorm = (
  x: Tensor,
  scale: Tensor,
  bias?: Tensor,
  options: NormOptions & { readonly axis?: number } = {},
): Tensor => LayerNormalization.call([x, scale, bias], options)[0];

const instanceRules = { epsilon: attr.float(1e-5) };

function instanceComposite([x, scale, bias]: readonly Tensor[], { epsilon }: { epsilon: number }): Tensor[] {
  const axes = x.shape.map((_, i) => i).slice(2);
  const [y] = standardized(x, axes, epsilon);
  return [add(mul(y, overChannels(scale, x)), overChannels(bias, x))];
}

/** y = (x − mean x) / √(var x + ε) · scale + bias, over each channel of each picture */
export const InstanceNormalization = defineOp({
  type: 'InstanceNormalization',
  attributes: instanceRules,
  infer: ([x, scale, bias]) => {
    requireFloat('instanceNorm', x);
    for (const value of [scale, bias])
      if (x.shape.length < 3 || value.shape.length !== 1 || value.shape[0] !== x.shape[1])
        throw new InputError(
          'instanceNorm',
          'input [N, C, …] and vectors of C',
          `${formatType(x)} and ${formatType(value)}`,
        );
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  kernel: ([x, scale, bias], { epsilon }, [y]) => {
    const size = sizeOf(x.sizes.slice(2));
    const to = y.data as Float32Array;
    normalizeRuns(x.data as Float32Array, size, epsilon, to);
    const scales = scale.data as Float32Array;
    const biases = bias.data as Float32Array;
    for (let start = 0, p = 0; start < to.length; start += size, p++)
      for (let i = start; i < start + size; i++)
        to[i] = to[i] * scales[p % scales.length] + biases[p % scales.length];
  },
  vjp: vjpOf<typeof instanceRules>(instanceComposite),
});

/** Normalizes each channel of each picture of x [N, C, …], then scales and shifts per channel. */
export const instanceNorm = (x: Tensor, scale: Tensor, bias: Tensor, options: NormOptions = {}): Tensor =>
  InstanceNormalization.call([x, scale, bias], options)[0];

/**
 * Normalizes each of `groups` groups of channels of each picture of x [N, C, …], then scales and shifts per
 * channel. Source: Wu and He, Group Normalization, 2018.
 * @throws InputError when the channels do not divide into groups
 */
export function groupNorm(
  x: Tensor,
  groups: number,
  scale: Tensor,
  bias: Tensor,
  options: NormOptions = {},
): Tensor {
  requireFloat('groupNorm', x);
  const channels = x.shape[1] as number;
  if (x.rank < 3 || channels % groups !== 0)
    throw new InputError(
      'groupNorm',
      `input [N, C, …] whose channels divide into ${groups} groups`,
      formatType(x),
    );
  const spatial = x.shape.slice(2) as number[];
  // 0 and −1 keep a batch that has only a name.
  const grouped = reshape(x, [0, groups, (channels / groups) * sizeOf(spatial)]);
  const [y] = standardized(grouped, [2], options.epsilon ?? 1e-5);
  return add(mul(reshape(y, [0, channels, ...spatial]), overChannels(scale, x)), overChannels(bias, x));
}

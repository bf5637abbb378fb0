import { type AttributesOf, attr } from '../attributes.ts';
import { InputError } from '../errors.ts';
import { channelGradients, channelMoments, scaleChannels } from '../kernels/norm.ts';
import { defineOp, type InferInput, ownDomain } from '../op.ts';
import { full, requireFloat, type Tensor } from '../tensor.ts';
import { formatType, type TensorType } from '../types.ts';
import { add, div, mul, neg, sub } from './arithmetic.ts';
import { vjpOf } from './composite.ts';
import { sum } from './reduce.ts';
import { reshape } from './reshape.ts';
import { sqrt } from './unary.ts';

function checkChannels(where: string, [x, ...rest]: readonly InferInput[]): void {
  requireFloat(where, x);
  if (x.shape.length < 2)
    throw new InputError(where, 'input [N, C, …]', formatType(x), 'add a batch dimension');
  for (const value of rest)
    if (value.shape.length !== 1 || value.shape[0] !== x.shape[1])
      throw new InputError(where, `vectors of ${x.shape[1]} channels`, formatType(value));
}

/** A vector over channels, shaped so that it broadcasts over x [N, C, …]. */
export const overChannels = (v: Tensor, x: TensorType): Tensor =>
  reshape(v, [v.shape[0] as number, ...x.shape.slice(2).map(() => 1)]);

const rules = { epsilon: attr.float(1e-5), momentum: attr.float(0.9), trainingMode: attr.int(0) };

function normalized(
  [x, scale, bias, mean, variance]: readonly Tensor[],
  { epsilon }: { readonly epsilon: number },
): Tensor {
  const factor = div(scale, sqrt(add(variance, epsilon)));
  return add(mul(sub(x, overChannels(mean, x)), overChannels(factor, x)), overChannels(bias, x));
}

/** y = (x − mean) / √(variance + ε) · scale + bias, per channel */
export const BatchNormalization = defineOp({
  type: 'BatchNormalization',
  attributes: rules,
  infer: (inputs, { trainingMode }) => {
    if (trainingMode !== 0)
      throw new InputError('batchNorm', 'trainingMode 0', `${trainingMode}`, 'use batchNormTraining');
    checkChannels('batchNorm', inputs);
    return [{ dtype: inputs[0].dtype, shape: inputs[0].shape }];
  },
  kernel: ([x, scale, bias, mean, variance], { epsilon }, [y]) => {
    const [scales, biases, means, variances] = [scale, bias, mean, variance].map(
      (t) => t.data as Float32Array,
    );
    const factors = Float64Array.from(variances, (v, c) => scales[c] / Math.sqrt(v + epsilon));
    const shifts = Float64Array.from(biases, (b, c) => b - means[c] * factors[c]);
    scaleChannels(x, factors, shifts, y);
  },
  vjp: vjpOf((inputs, attributes: AttributesOf<typeof rules>) => [normalized(inputs, attributes)]),
});

export interface NormOptions {
  /** Added to the variance; 1e-5 unless given. */
  readonly epsilon?: number;
}

/**
 * Normalizes x [N, C, …] by the given mean and variance of each channel, then scales and shifts.
 * @throws InputError when a vector does not have one element for each channel
 */
export const batchNorm = (
  x: Tensor,
  scale: Tensor,
  bias: Tensor,
  mean: Tensor,
  variance: Tensor,
  options: NormOptions = {},
): Tensor => BatchNormalization.call([x, scale, bias, mean, variance], options)[0];

const trainingRules = { epsilon: attr.float(1e-5) };

function trained([x, scale, bias]: readonly Tensor[], { epsilon }: { readonly epsilon: number }): Tensor[] {
  const axes = x.shape.map((_, i) => i).filter((i) => i !== 1);
  const count = axes.reduce((total, axis) => total * (x.shape[axis] as number), 1);
  const mean = div(sum(x, { axes }), count);
  const centred = sub(x, overChannels(mean, x));
  const variance = div(sum(mul(centred, centred), { axes }), count);
  const factor = div(scale, sqrt(add(variance, epsilon)));
  return [add(mul(centred, overChannels(factor, x)), overChannels(bias, x)), mean, variance];
}

/** [dx, dscale, dbias] of y = x̂ · scale + bias with x̂ = (x − mean x) / √(var x + ε); the formula is at the operator. */
function trainedGrad([x, scale, dy]: readonly Tensor[], { epsilon }: { readonly epsilon: number }): Tensor[] {
  const axes = x.shape.map((_, i) => i).filter((i) => i !== 1);
  const count = axes.reduce((total, axis) => total * (x.shape[axis] as number), 1);
  const centred = sub(x, overChannels(div(sum(x, { axes }), count), x));
  const inverse = div(1, sqrt(add(div(sum(mul(centred, centred), { axes }), count), epsilon)));
  const standard = mul(centred, overChannels(inverse, x));
  const dbias = sum(dy, { axes });
  const dscale = sum(mul(dy, standard), { axes });
  const rest = sub(
    sub(dy, overChannels(div(dbias, count), x)),
    mul(standard, overChannels(div(dscale, count), x)),
  );
  return [mul(rest, overChannels(mul(scale, inverse), x)), dscale, dbias];
}

/**
 * x · factor + shift, per channel: a normalization by given numbers, which ONNX Runtime does in one pass, whatever the
 * size of the pictures; a product with a vector over channels takes four times as long where pictures are small.
 */
function affine(x: Tensor, factor?: Tensor, shift?: Tensor): Tensor {
  const of = (value: number) => full([x.shape[1] as number], value, x.dtype);
  return batchNorm(x, factor ?? of(1), shift ?? of(0), of(0), of(1), { epsilon: 0 });
}

/** What of x the lowered operators need: x − mean x, the mean, the (biased) variance, and how many elements a channel has. */
function moments(x: Tensor) {
  const axes = x.shape.map((_, i) => i).filter((i) => i !== 1);
  const count = axes.reduce((total, axis) => total * (x.shape[axis] as number), 1);
  const mean = div(sum(x, { axes }), count);
  const centred = affine(x, undefined, neg(mean));
  const variance = div(sum(mul(centred, centred), { axes }), count);
  return { axes, count, mean, centred, variance };
}

function trainedLowered([x, scale, bias]: readonly Tensor[], { epsilon }: { readonly epsilon: number }) {
  const { mean, centred, variance } = moments(x);
  const factor = div(scale, sqrt(add(variance, epsilon)));
  return [affine(centred, factor, bias), mean, variance];
}

/**
 * dx = a · dy + b · (x − mean x) + c, with a = scale / √(var x + ε), b = −a · dscale / n / √(var x + ε) and
 * c = −a · dbias / n. What is centred is the forward pass's, and the sums are over it: sums over x itself would lose
 * digits where the mean is large against the deviation.
 */
function gradLowered([x, scale, dy]: readonly Tensor[], { epsilon }: { readonly epsilon: number }): Tensor[] {
  const { axes, count, centred, variance } = moments(x);
  const deviation = sqrt(add(variance, epsilon));
  const dbias = sum(dy, { axes });
  const dscale = div(sum(mul(dy, centred), { axes }), deviation);
  const a = div(scale, deviation);
  const share = div(a, -count);
  const rest = affine(centred, div(mul(share, dscale), deviation), mul(share, dbias));
  return [add(affine(dy, a), rest), dscale, dbias];
}

/**
 * The gradient of batch norm in training: dbias = Σ dy, dscale = Σ dy x̂,
 * dx = scale / √(var x + ε) · (dy − dbias / n − x̂ dscale / n), sums over the n elements of a channel.
 */
export const BatchNormTrainingGrad = defineOp({
  type: 'BatchNormTrainingGrad',
  domain: ownDomain,
  attributes: trainingRules,
  infer: ([x, scale]) => [x, scale, scale].map(({ dtype, shape }) => ({ dtype, shape })),
  kernel: ([x, scale, dy], { epsilon }, outputs) => {
    const [dx, dscale, dbias] = outputs.map((t) => t.data as Float32Array);
    channelGradients(x, dy, scale.data as Float32Array, epsilon, dx, dscale, dbias);
  },
  vjp: vjpOf<typeof trainingRules>(trainedGrad),
  lower: gradLowered,
});

const isZero = (x: Tensor): boolean => !x.symbol && (x.data as Float32Array).every((v) => v === 0);
const trainedVjp = vjpOf<typeof trainingRules>(trained);

/** y = (x − mean x) / √(var x + ε) · scale + bias, over the batch; the mean and the (biased) variance are outputs too */
export const BatchNormTraining = defineOp({
  type: 'BatchNormTraining',
  domain: ownDomain,
  attributes: trainingRules,
  infer: (inputs) => {
    checkChannels('batchNormTraining', inputs);
    const { dtype, shape } = inputs[0];
    return [
      { dtype, shape },
      { dtype, shape: [shape[1]] },
      { dtype, shape: [shape[1]] },
    ];
  },
  kernel: ([x, scale, bias], { epsilon }, [y, mean, variance]) => {
    const { means, variances } = channelMoments(x);
    const [scales, biases] = [scale, bias].map((t) => t.data as Float32Array);
    const factors = variances.map((v, c) => scales[c] / Math.sqrt(v + epsilon));
    scaleChannels(
      x,
      factors,
      factors.map((f, c) => biases[c] - means[c] * f),
      y,
    );
    (mean.data as Float32Array).set(means);
    (variance.data as Float32Array).set(variances);
  },
  vjp: (call) => {
    const { inputs, attributes, cotangents } = call;
    const [dy, dmean, dvariance] = cotangents;
    // The mean and the variance mostly feed running statistics alone.
    if (!isZero(dmean) || !isZero(dvariance)) return trainedVjp(call);
    const [x, scale] = inputs;
    let gradients: Tensor[] | undefined;
    return inputs.map((_, i) => () => {
      gradients ??= BatchNormTrainingGrad.call([x, scale, dy], attributes);
      return gradients[i];
    });
  },
  lower: trainedLowered,
});

/**
 * Normalizes x [N, C, …] by the mean and variance of the batch, then scales and shifts.
 * @returns the result, and per channel the mean and the biased variance, for running statistics
 * @throws InputError when scale or bias do not have one element for each channel
 */
export function batchNormTraining(
  x: Tensor,
  scale: Tensor,
  bias: Tensor,
  options: NormOptions = {},
): { y: Tensor; mean: Tensor; variance: Tensor } {
  const [y, mean, variance] = BatchNormTraining.call([x, scale, bias], options);
  return { y, mean, variance };
}

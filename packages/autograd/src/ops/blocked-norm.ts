import type { Tensor } from '../tensor.ts';
import { full } from '../tensor.ts';
import { add, div, mul, neg } from './arithmetic.ts';
import { BlockedConv, BlockedDot } from './blocked-conv.ts';
import { reshape } from './reshape.ts';
import { sqrt } from './unary.ts';

// Batch norm of channels in blocks, [N, C / block, H, W, block]. What multiplies and shifts channels is a depthwise
// convolution with a 1×1 kernel, which adds another tensor and takes the ReLU in the same pass.

export type BlockedMoments = ReturnType<typeof blockedMoments>;

export interface AffineExtras {
  /** Added to the result. */
  readonly addend?: Tensor | undefined;
  readonly relu?: boolean;
}

/** x · factor + shift, per channel. */
export function blockedAffine(
  x: Tensor,
  factor: Tensor,
  shift: Tensor | undefined,
  { addend, relu = false }: AffineExtras = {},
): Tensor {
  const channels = factor.shape[0] as number;
  const weight = reshape(factor, [channels, 1, 1, 1]);
  const block = x.shape[4] as number;
  return BlockedConv.call([x, weight, shift, addend], { block, group: channels, relu: Number(relu) })[0];
}

/** What of x both passes need: x − mean x, the mean, the (biased) variance, and how many elements a channel has. */
export function blockedMoments(x: Tensor) {
  const [batch, blocks, height, width, block] = x.shape as number[];
  const count = batch * height * width;
  const mean = div(BlockedDot.call([x], {})[0], count);
  const centred = blockedAffine(x, full([blocks * block], 1, x.dtype), neg(mean));
  const variance = div(BlockedDot.call([centred, centred], {})[0], count);
  return { count, mean, centred, variance };
}

/** What `BatchNormTraining` gives, by the same formulas as its lowering; with what follows in the same pass. */
export function blockedNorm(
  { centred, variance }: BlockedMoments,
  scale: Tensor,
  bias: Tensor,
  epsilon: number,
): (extras?: AffineExtras) => Tensor {
  const factor = div(scale, sqrt(add(variance, epsilon)));
  return (extras) => blockedAffine(centred, factor, bias, extras);
}

/** `BatchNormTrainingGrad` in blocks: [dx, dscale, dbias]. */
export function blockedNormGrad(
  { count, centred, variance }: BlockedMoments,
  scale: Tensor,
  dy: Tensor,
  epsilon: number,
): Tensor[] {
  const deviation = sqrt(add(variance, epsilon));
  const dbias = BlockedDot.call([dy], {})[0];
  const dscale = div(BlockedDot.call([dy, centred], {})[0], deviation);
  const a = div(scale, deviation);
  const share = div(a, -count);
  const rest = blockedAffine(centred, div(mul(share, dscale), deviation), mul(share, dbias));
  return [blockedAffine(dy, a, undefined, { addend: rest }), dscale, dbias];
}

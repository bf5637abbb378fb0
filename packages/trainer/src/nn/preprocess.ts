import { cast, InputError, mul, sub, type Tensor, tensorOf, transpose } from '@trainyard/autograd';
import { Module } from '../module.ts';
import { modulePath } from '../module-path.ts';
import { NetworkError } from '../network-error.ts';

export interface PreprocessOptions {
  /** Mean of each channel, with pixels from 0 to 1. */
  readonly mean: readonly number[];
  /** Standard deviation of each channel, with pixels from 0 to 1. */
  readonly std: readonly number[];
}

/**
 * Pictures as they are, uint8 [N, H, W, C], to float32 [N, C, H, W]: (pixel / 255 − mean) / std of each channel.
 * It is the first module of a network, so that no platform can prepare pictures in another way.
 */
export class Preprocess extends Module {
  readonly mean: readonly number[];
  readonly std: readonly number[];

  /** @throws InputError when mean and std differ in length, or a std is not positive */
  constructor({ mean, std }: PreprocessOptions) {
    super();
    if (mean.length === 0 || mean.length !== std.length)
      throw new InputError(
        'Preprocess',
        'one mean and one std a channel',
        `${mean.length} and ${std.length}`,
      );
    if (std.some((s) => !(s > 0 && Number.isFinite(s))))
      throw new InputError('Preprocess', 'positive std', `[${std.join(', ')}]`);
    if (!mean.every(Number.isFinite))
      throw new InputError('Preprocess', 'finite mean', `[${mean.join(', ')}]`);
    this.mean = mean;
    this.std = std;
  }

  override forward(x: Tensor): Tensor {
    const channels = this.mean.length;
    if (x.rank !== 4 || x.shape[3] !== channels || x.dtype !== 'uint8')
      throw new NetworkError(
        modulePath('Preprocess'),
        `expected uint8 [N, H, W, ${channels}], got ${x.dtype} [${x.shape.join(', ')}]`,
      );
    // (p / 255 − mean) / std = (p − 255 mean) · 1 / (255 std)
    const perChannel = (values: readonly number[]) =>
      tensorOf('float32', [channels, 1, 1], Float32Array.from(values));
    const offset = perChannel(this.mean.map((m) => 255 * m));
    const factor = perChannel(this.std.map((s) => 1 / (255 * s)));
    return mul(sub(cast(transpose(x, [0, 3, 1, 2]), 'float32'), offset), factor);
  }
}

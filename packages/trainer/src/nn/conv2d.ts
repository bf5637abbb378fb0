import { conv, InputError, type Tensor } from '@trainyard/autograd';
import { Module, Parameter } from '../module.ts';
import { modulePath } from '../module-path.ts';
import { NetworkError } from '../network-error.ts';
import { type Pair, pair, positive } from '../options.ts';
import { type Initializer, torchBias, torchWeight } from './initializers.ts';

export interface Conv2dOptions {
  readonly kernelSize: Pair;
  readonly stride?: Pair;
  /** Rows and columns of zeros on each side; `same` keeps the size (at stride 1). */
  readonly padding?: Pair | 'same' | 'valid';
  readonly dilation?: Pair;
  readonly groups?: number;
  readonly bias?: boolean;
  /** Draws the weight; PyTorch's default, Kaiming uniform with a = √5, unless given. */
  readonly initializer?: Initializer;
  /** Draws the bias; PyTorch's default, uniform in ±1 / √fanIn, unless given. */
  readonly biasInitializer?: Initializer;
}

/** A convolution of pictures [N, inChannels, H, W]; options as torch.nn.Conv2d has them. */
export class Conv2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly #attributes: { strides: number[]; pads: number[]; dilations: number[]; group: number };

  /** @throws InputError when channels and groups do not fit, or a size is not a positive integer */
  constructor(inChannels: number, outChannels: number, options: Conv2dOptions) {
    super();
    const where = 'Conv2d';
    this.inChannels = positive(where, 'inChannels', inChannels);
    this.outChannels = positive(where, 'outChannels', outChannels);
    const group = positive(where, 'groups', options.groups ?? 1);
    if (inChannels % group !== 0 || outChannels % group !== 0)
      throw new InputError(
        where,
        'channels that groups divide',
        `${inChannels} and ${outChannels} in ${group}`,
      );
    const kernel = pair(where, 'kernelSize', options.kernelSize, 1);
    const strides = pair(where, 'stride', options.stride ?? 1, 1);
    const dilations = pair(where, 'dilation', options.dilation ?? 1, 1);
    const pads = padsOf(options.padding ?? 0, kernel, strides, dilations);
    this.#attributes = { strides, pads, dilations, group };
    const shape = [outChannels, inChannels / group, ...kernel];
    this.weight = new Parameter({ shape, initializer: options.initializer ?? torchWeight });
    const fanIn = (inChannels / group) * kernel[0] * kernel[1];
    if (options.bias ?? true)
      this.bias = new Parameter({
        shape: [outChannels],
        initializer: options.biasInitializer ?? torchBias(fanIn),
      });
  }

  override forward(x: Tensor): Tensor {
    if (x.rank !== 4 || x.shape[1] !== this.inChannels)
      throw new NetworkError(
        modulePath('Conv2d'),
        x.rank === 4
          ? `expected ${this.inChannels} input channels, got ${x.shape[1]}`
          : `expected input [N, ${this.inChannels}, H, W], got [${x.shape.join(', ')}]`,
      );
    return conv(x, this.weight.value, this.bias?.value, this.#attributes);
  }
}

/** ONNX's pads, [top, left, bottom, right]. An odd total of `same` has its last one at the end, as in PyTorch. */
function padsOf(
  padding: Pair | 'same' | 'valid',
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): number[] {
  if (padding !== 'same') {
    const both = pair('Conv2d', 'padding', padding === 'valid' ? 0 : padding, 0);
    return [...both, ...both];
  }
  if (strides.some((s) => s !== 1))
    throw new InputError('Conv2d', "stride 1 with padding 'same'", `stride ${strides.join('×')}`);
  const total = kernel.map((k, i) => dilations[i] * (k - 1));
  const begin = total.map((t) => Math.floor(t / 2));
  return [...begin, ...total.map((t, i) => t - begin[i])];
}

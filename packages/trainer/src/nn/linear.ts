import { gemm, type Tensor } from '@trainyard/autograd';
import { Module, Parameter } from '../module.ts';
import { modulePath } from '../module-path.ts';
import { NetworkError } from '../network-error.ts';
import { positive } from '../options.ts';
import { type Initializer, torchBias, torchWeight } from './initializers.ts';

export interface LinearOptions {
  readonly bias?: boolean;
  /** Draws the weight; PyTorch's default, Kaiming uniform with a = √5, unless given. */
  readonly initializer?: Initializer;
  /** Draws the bias; PyTorch's default, uniform in ±1 / √inFeatures, unless given. */
  readonly biasInitializer?: Initializer;
}

/** y = x Wᵀ + b on rows [N, inFeatures]; weight [outFeatures, inFeatures], as torch.nn.Linear has it. */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly inFeatures: number;
  readonly outFeatures: number;

  /** @throws InputError when a number of features is not a positive integer */
  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    this.inFeatures = positive('Linear', 'inFeatures', inFeatures);
    this.outFeatures = positive('Linear', 'outFeatures', outFeatures);
    const initializer = options.initializer ?? torchWeight;
    this.weight = new Parameter({ shape: [outFeatures, inFeatures], initializer });
    if (options.bias ?? true)
      this.bias = new Parameter({
        shape: [outFeatures],
        initializer: options.biasInitializer ?? torchBias(inFeatures),
      });
  }

  override forward(x: Tensor): Tensor {
    if (x.rank !== 2 || x.shape[1] !== this.inFeatures)
      throw new NetworkError(
        modulePath('Linear'),
        x.rank === 2
          ? `expected ${this.inFeatures} input features, got ${x.shape[1]}`
          : `expected input [N, ${this.inFeatures}], got [${x.shape.join(', ')}]; flatten it first`,
      );
    return gemm(x, this.weight.value, this.bias?.value, { transB: true });
  }
}

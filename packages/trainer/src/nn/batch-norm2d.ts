import {
  add,
  batchNorm,
  batchNormTraining,
  mul,
  noGrad,
  ones,
  type Tensor,
  zeros,
} from '@trainyard/autograd';
import { Buffer, type ForwardContext, inference, Module, Parameter } from '../module.ts';
import { modulePath } from '../module-path.ts';
import { NetworkError } from '../network-error.ts';
import { inRange, positive } from '../options.ts';

export interface BatchNorm2dOptions {
  /** Added to the variance; 1e-5 unless given. */
  readonly eps?: number;
  /** Weight of the newest batch in the running statistics; 0.1 unless given. */
  readonly momentum?: number;
}

/**
 * Batch normalization over [N, numFeatures, H, W] (Ioffe and Szegedy, 2015), as torch.nn.BatchNorm2d does it:
 * training normalizes by the batch's biased variance and tracks the unbiased one.
 */
export class BatchNorm2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;
  // As torch names them, so that weights can be exchanged.
  readonly running_mean: Buffer;
  readonly running_var: Buffer;
  readonly numFeatures: number;
  readonly #epsilon: number;
  readonly #momentum: number;

  /** @throws InputError when numFeatures is not a positive integer, or momentum not in 0..1 */
  constructor(numFeatures: number, options: BatchNorm2dOptions = {}) {
    super();
    this.numFeatures = positive('BatchNorm2d', 'numFeatures', numFeatures);
    this.#epsilon = options.eps ?? 1e-5;
    this.#momentum = inRange('BatchNorm2d', 'momentum', options.momentum ?? 0.1, 0, 1 + Number.EPSILON);
    this.weight = new Parameter(ones([numFeatures]));
    this.bias = new Parameter(zeros([numFeatures]));
    this.running_mean = new Buffer(zeros([numFeatures]));
    this.running_var = new Buffer(ones([numFeatures]));
  }

  override forward(x: Tensor, context: ForwardContext = inference): Tensor {
    const path = modulePath('BatchNorm2d');
    if (x.rank !== 4 || x.shape[1] !== this.numFeatures)
      throw new NetworkError(path, `expected [N, ${this.numFeatures}, H, W], got [${x.shape.join(', ')}]`);
    const { weight, bias, running_mean, running_var } = this;
    const options = { epsilon: this.#epsilon };
    if (!context.training)
      return batchNorm(x, weight.value, bias.value, running_mean.value, running_var.value, options);
    const count = x.size / this.numFeatures;
    if (count < 2)
      throw new NetworkError(path, 'expected more than one value a channel while training, got one');
    const { y, mean, variance } = batchNormTraining(x, weight.value, bias.value, options);
    noGrad(() => {
      this.#track(running_mean, mean);
      this.#track(running_var, mul(variance, count / (count - 1)));
    });
    return y;
  }

  /** running ← (1 − momentum) running + momentum new */
  #track(running: Buffer, batch: Tensor): void {
    running.value = add(mul(running.value, 1 - this.#momentum), mul(batch, this.#momentum));
  }
}

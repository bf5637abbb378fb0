import { dropout, type Tensor } from '@trainyard/autograd';
import { type ForwardContext, inference, Module } from '../module.ts';
import { modulePath } from '../module-path.ts';
import { NetworkError } from '../network-error.ts';
import { inRange } from '../options.ts';

/** Zeroes a share `p` of the elements while training, and scales the others by 1 / (1 − p) (Srivastava et al., 2014). */
export class Dropout extends Module {
  readonly p: number;

  /** @throws InputError when p is not from 0 to below 1 */
  constructor(p = 0.5) {
    super();
    this.p = inRange('Dropout', 'p', p, 0, 1);
  }

  override forward(x: Tensor, context: ForwardContext = inference): Tensor {
    if (!context.training || this.p === 0) return x;
    if (!context.generator)
      throw new NetworkError(
        modulePath('Dropout'),
        'expected a generator in the context while training, got none',
      );
    return dropout(x, this.p, context.generator);
  }
}

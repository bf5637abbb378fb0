import { InputError } from '../errors.ts';
import type { Generator } from '../random.ts';
import type { Tensor } from '../tensor.ts';
import { formatType, isFloat } from '../types.ts';
import { mul } from './arithmetic.ts';

/**
 * Sets each element to 0 with probability `rate` and divides the others by 1 − rate, while training.
 * Srivastava et al.: Dropout, 2014.
 * @throws InputError when the rate is not in [0, 1)
 */
export function dropout(x: Tensor, rate: number, generator: Generator): Tensor {
  if (!(rate >= 0 && rate < 1)) throw new InputError('dropout', 'a rate in [0, 1)', String(rate));
  if (!isFloat(x.dtype)) throw new InputError('dropout', 'floats', formatType(x));
  if (rate === 0) return x;
  return mul(x, mul(generator.bernoulli(x.sizes, 1 - rate, x.dtype), 1 / (1 - rate)));
}

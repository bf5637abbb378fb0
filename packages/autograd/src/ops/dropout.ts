import { attr } from '../attributes.ts';
import { InputError } from '../errors.ts';
import { defineOp } from '../op.ts';
import type { Generator } from '../random.ts';
import { requireFloat, type Tensor } from '../tensor.ts';
import { formatType, isFloat, type NumberArray } from '../types.ts';
import { mul } from './arithmetic.ts';

/** Dropout of a model that is used, not trained: x itself, and a mask of ones. */
export const Dropout = defineOp({
  type: 'Dropout',
  attributes: { ratio: attr.float(), seed: attr.int() },
  infer: ([x, , training]) => {
    requireFloat('dropout', x);
    if (training && training.known?.item() !== 0)
      throw new InputError(
        'Dropout',
        'training_mode false',
        'true',
        'train with the function dropout, which draws from a generator',
      );
    return [
      { dtype: x.dtype, shape: x.shape },
      { dtype: 'bool', shape: x.shape },
    ];
  },
  kernel: ([x], _, [y, mask]) => {
    (y.data as NumberArray).set(x.data as NumberArray);
    (mask.data as NumberArray).fill(1);
  },
  vjp: ({ cotangents: [dy] }) => [() => dy, null, null],
});

/**
 * Sets each element to 0 with probability `rate` and divides the others by 1 − rate, while training.
 * Srivastava et al.: Dropout, 2014.
 * @throws InputError when the rate is not in [0, 1)
 */
export function dropout(x: Tensor, rate: number, generator: Generator): Tensor {
  if (!(rate >= 0 && rate < 1)) throw new InputError('dropout', 'a rate in [0, 1)', String(rate));
  if (!isFloat(x.dtype)) throw new InputError('dropout', 'floats', formatType(x), 'cast it first');
  if (rate === 0) return x;
  return mul(x, mul(generator.bernoulli(x.sizes, 1 - rate, x.dtype), 1 / (1 - rate)));
}

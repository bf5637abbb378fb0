import { InputError } from '../errors.ts';
import { defineOp } from '../op.ts';
import { int64s, type Tensor } from '../tensor.ts';
import { formatType } from '../types.ts';
import { sum } from './reduce.ts';
import { reshape } from './reshape.ts';
import { knownNumbers, productOf } from './rules.ts';
import { bitsOf, stridesOf } from './strided.ts';

/** x side by side with itself; the cotangents of the copies are added up */
export const Tile = defineOp({
  type: 'Tile',
  infer: ([x, repeats]) => {
    const times = knownNumbers('tile', 'repeats', repeats);
    if (times.length !== x.shape.length)
      throw new InputError('tile', `${x.shape.length} repeats for ${formatType(x)}`, `[${times}]`);
    return [{ dtype: x.dtype, shape: x.shape.map((dim, i) => productOf([dim, times[i]])) }];
  },
  kernel: ([x], _, [y]) => {
    const from = bitsOf(x.data);
    const to = bitsOf(y.data);
    const strides = stridesOf(x.sizes);
    const steps = stridesOf(y.sizes);
    for (let i = 0; i < to.length; i++) {
      let place = 0;
      for (let axis = 0; axis < steps.length; axis++)
        place += (Math.floor(i / steps[axis]) % x.sizes[axis]) * strides[axis];
      to[i] = from[place];
    }
  },
  vjp: ({ inputs: [x, repeats], cotangents: [dy] }) => [
    () => {
      const times = knownNumbers('tile', 'repeats', repeats);
      const copies = reshape(
        dy,
        x.sizes.flatMap((size, i) => [times[i], size]),
      );
      return sum(copies, { axes: times.map((_, i) => 2 * i) });
    },
    null,
  ],
});

/** x, `repeats[i]` times side by side along each axis i. */
export const tile = (x: Tensor, repeats: readonly number[]): Tensor => Tile.call([x, int64s(repeats)])[0];

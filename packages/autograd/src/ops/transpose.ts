import { type AttributesOf, attr } from '../attributes.ts';
import { InputError } from '../errors.ts';
import { defineOp } from '../op.ts';
import type { Tensor } from '../tensor.ts';
import { copyStrided, stridesOf } from './strided.ts';

const rules = { perm: attr.ints() };

/** The order of the axes; reversed unless given. @throws InputError when it is no permutation */
function orderOf(rank: number, { perm }: AttributesOf<typeof rules>): readonly number[] {
  const order = perm ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  if (
    order.length !== rank ||
    new Set(order).size !== rank ||
    order.some((axis) => !(axis >= 0 && axis < rank))
  )
    throw new InputError('transpose', `an order of axes 0 to ${rank - 1}`, `[${order.join(', ')}]`);
  return order;
}

/** d(transpose x) = transpose dx; its cotangent goes back through the inverse order */
export const Transpose = defineOp({
  type: 'Transpose',
  attributes: rules,
  infer: ([x], attributes) => [
    { dtype: x.dtype, shape: orderOf(x.shape.length, attributes).map((axis) => x.shape[axis]) },
  ],
  kernel: ([x], attributes, [y]) => {
    const strides = stridesOf(x.sizes);
    const order = orderOf(x.rank, attributes);
    copyStrided(
      x.data,
      0,
      order.map((axis) => strides[axis]),
      y.data,
      y.sizes,
    );
  },
  vjp: ({ inputs: [x], attributes, cotangents: [dy] }) => [
    () => {
      const order = orderOf(x.rank, attributes);
      return transpose(
        dy,
        order.map((_, i) => order.indexOf(i)),
      );
    },
  ],
});

/**
 * x with its axes in the order `perm`; reversed unless given.
 * @throws InputError when `perm` is not a permutation of the axes
 */
export const transpose = (x: Tensor, perm?: readonly number[]): Tensor => Transpose.call([x], { perm })[0];

import { type AttributesOf, attr } from '../attributes.ts';
import { InputError } from '../errors.ts';
import { defineOp } from '../op.ts';
import type { Tensor } from '../tensor.ts';

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
    const from = x.data as Float32Array;
    const to = y.data as Float32Array;
    if (to.length === 0 || y.rank === 0) {
      to.set(from);
      return;
    }
    const order = orderOf(x.rank, attributes);
    const own = x.sizes.map((_, i) => x.sizes.slice(i + 1).reduce((a, b) => a * b, 1));
    const strides = order.map((axis) => own[axis]);
    const last = y.rank - 1;
    const index = new Array<number>(last).fill(0);
    let start = 0;
    for (let o = 0; o < to.length; ) {
      for (let i = 0, at = start; i < y.sizes[last]; i++, at += strides[last]) to[o++] = from[at];
      for (let axis = last - 1; axis >= 0; axis--) {
        start += strides[axis];
        if (++index[axis] < y.sizes[axis]) break;
        start -= strides[axis] * y.sizes[axis];
        index[axis] = 0;
      }
    }
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

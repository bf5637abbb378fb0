import { attr } from '../attributes.ts';
import { InputError } from '../errors.ts';
import { defineOp, type InferInput } from '../op.ts';
import { int64s, type Tensor } from '../tensor.ts';
import { formatType, type NumberArray, normalizeAxis, type Shape } from '../types.ts';
import { reshape } from './reshape.ts';
import { inputOrAttribute, productOf } from './rules.ts';

const copy = ([x]: readonly Tensor[], _: unknown, [y]: readonly Tensor[]): void =>
  (y.data as NumberArray).set(x.data as NumberArray);

const back = (dy: Tensor, x: Tensor): Tensor => reshape(dy, x.sizes);

/** d(unsqueeze x) = unsqueeze dx; so for the other operators that only change the shape */
export const Unsqueeze = defineOp({
  type: 'Unsqueeze',
  attributes: { axes: attr.ints() },
  infer: ([x, axes], attributes) => {
    const given = inputOrAttribute('unsqueeze', 'axes', axes, attributes.axes) ?? [];
    const rank = x.shape.length + given.length;
    const added = new Set(given.map((axis) => normalizeAxis('unsqueeze', axis, rank)));
    const rest = [...x.shape];
    const shape = Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : rest.shift()!));
    return [{ dtype: x.dtype, shape }];
  },
  kernel: copy,
  vjp: ({ inputs: [x], cotangents: [dy] }) => [() => back(dy, x), null],
});

function squeezed(x: InferInput, given: readonly number[] | undefined): Shape {
  if (!given) return x.shape.filter((dim) => dim !== 1);
  const gone = new Set(given.map((axis) => normalizeAxis('squeeze', axis, x.shape.length)));
  for (const axis of gone)
    if (x.shape[axis] !== 1) throw new InputError('squeeze', `size 1 at axis ${axis}`, formatType(x));
  return x.shape.filter((_, i) => !gone.has(i));
}

export const Squeeze = defineOp({
  type: 'Squeeze',
  attributes: { axes: attr.ints() },
  infer: ([x, axes], attributes) => [
    { dtype: x.dtype, shape: squeezed(x, inputOrAttribute('squeeze', 'axes', axes, attributes.axes)) },
  ],
  kernel: copy,
  vjp: ({ inputs: [x], cotangents: [dy] }) => [() => back(dy, x), null],
});

export const Flatten = defineOp({
  type: 'Flatten',
  attributes: { axis: attr.int(1) },
  infer: ([{ dtype, shape }], { axis }) => {
    // The axis may be the rank itself, but negative ones count from the last axis.
    const at = axis === shape.length ? axis : normalizeAxis('flatten', axis, shape.length);
    return [{ dtype, shape: [productOf(shape.slice(0, at)), productOf(shape.slice(at))] }];
  },
  kernel: copy,
  vjp: ({ inputs: [x], cotangents: [dy] }) => [() => back(dy, x)],
});

/** Adds axes of size 1; `axes` are those of the result. */
export const unsqueeze = (x: Tensor, axes: number | readonly number[]): Tensor =>
  Unsqueeze.call([x, int64s([axes].flat() as number[])])[0];

/** Takes axes of size 1 away, all of them unless some are given. @throws InputError when one has another size */
export const squeeze = (x: Tensor, axes?: number | readonly number[]): Tensor =>
  Squeeze.call([x, axes === undefined ? undefined : int64s([axes].flat() as number[])])[0];

/** Two axes: the product of the sizes before `axis`, and of those from it on. */
export const flatten = (x: Tensor, axis = 1): Tensor => Flatten.call([x], { axis })[0];

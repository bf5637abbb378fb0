import { attr } from '../attributes.ts';
import { InputError } from '../errors.ts';
import { defineOp, type InferInput } from '../op.ts';
import { type Tensor, zeros } from '../tensor.ts';
import { formatType, type NumberArray, normalizeAxis, sizeOf } from '../types.ts';
import { floatsOf } from './elementwise.ts';
import { expand } from './expand.ts';
import { zerosLike } from './fill.ts';
import { reshape } from './reshape.ts';
import { bitsOf, stridesOf } from './strided.ts';

function requireIndices(where: string, indices: InferInput): void {
  if (indices.dtype !== 'int64' && indices.dtype !== 'int32')
    throw new InputError(where, 'indices of int64 or int32', formatType(indices), 'cast them');
}

/** @throws InputError for an index outside of the axis */
function placeOf(where: string, index: number, size: number): number {
  const place = index < 0 ? index + size : index;
  if (place < 0 || place >= size)
    throw new InputError(where, `indices from ${-size} to ${size - 1}`, String(index));
  return place;
}

/** Slices of x along the axis; the cotangent of each is added to where it came from. */
export const Gather = defineOp({
  type: 'Gather',
  attributes: { axis: attr.int(0) },
  infer: ([x, indices], { axis }) => {
    requireIndices('gather', indices);
    const at = normalizeAxis('gather', axis, x.shape.length);
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)] }];
  },
  kernel: ([x, indices], { axis }, [y]) => {
    const at = normalizeAxis('gather', axis, x.rank);
    const size = x.sizes[at];
    const run = sizeOf(x.sizes.slice(at + 1));
    const places = floatsOf(indices.data);
    const from = bitsOf(x.data);
    const to = bitsOf(y.data);
    for (let outer = 0, target = 0; target < to.length; outer++)
      for (let i = 0; i < places.length; i++, target += run) {
        const source = (outer * size + placeOf('gather', places[i], size)) * run;
        if (run === 1) to[target] = from[source];
        else to.set(from.subarray(source, source + run), target);
      }
  },
  vjp: ({ inputs: [x, indices], attributes: { axis }, cotangents: [dy] }) => [
    () => {
      const at = normalizeAxis('gather', axis, x.rank);
      const sizes = x.sizes.with(at, indices.size);
      const alongAxis = sizes.map((_, i) => (i === at ? indices.size : 1));
      const places = expand(reshape(indices, alongAxis), sizes);
      return scatterElements(zerosLike(x), places, reshape(dy, sizes), at, 'add');
    },
    null,
  ],
});

/** Calls `visit(i, place)` for element i of `indices`: where in x it points along the axis. */
function forEachPlace(
  where: string,
  indices: Tensor,
  x: Tensor,
  axis: number,
  visit: (i: number, place: number) => void,
): void {
  const at = normalizeAxis(where, axis, x.rank);
  const strides = stridesOf(x.sizes);
  const steps = stridesOf(indices.sizes);
  const values = floatsOf(indices.data);
  for (let i = 0; i < values.length; i++) {
    let place = placeOf(where, values[i], x.sizes[at]) * strides[at];
    let rest = i;
    for (let k = 0; k < steps.length; k++) {
      const index = Math.floor(rest / steps[k]);
      rest -= index * steps[k];
      if (k !== at) place += index * strides[k];
    }
    visit(i, place);
  }
}

/** One element of x for each index, which replaces the place along the axis. */
export const GatherElements = defineOp({
  type: 'GatherElements',
  attributes: { axis: attr.int(0) },
  infer: ([x, indices], { axis }) => {
    requireIndices('gatherElements', indices);
    normalizeAxis('gatherElements', axis, x.shape.length);
    return [{ dtype: x.dtype, shape: indices.shape }];
  },
  kernel: ([x, indices], { axis }, [y]) => {
    const from = x.data as NumberArray;
    const to = y.data as NumberArray;
    forEachPlace('gatherElements', indices, x, axis, (i, place) => {
      to[i] = from[place];
    });
  },
  vjp: ({ inputs: [x, indices], attributes: { axis }, cotangents: [dy] }) => [
    () => scatterElements(zerosLike(x), indices, dy, axis, 'add'),
    null,
  ],
});

const reductions = {
  none: (_: number, update: number) => update,
  add: (old: number, update: number) => old + update,
  mul: (old: number, update: number) => old * update,
  max: Math.max,
  min: Math.min,
};
export type ScatterReduction = keyof typeof reductions;

/** x with `updates` put to, or added at, the places that the indices say. */
export const ScatterElements = defineOp({
  type: 'ScatterElements',
  attributes: { axis: attr.int(0), reduction: attr.string('none') },
  infer: ([x, indices, updates], { axis, reduction }) => {
    requireIndices('scatterElements', indices);
    normalizeAxis('scatterElements', axis, x.shape.length);
    if (!(reduction in reductions))
      throw new InputError('scatterElements', `reduction ${Object.keys(reductions).join(', ')}`, reduction);
    if (updates.shape.join() !== indices.shape.join())
      throw new InputError(
        'scatterElements',
        'updates of the shape of the indices',
        `${formatType(updates)} and ${formatType(indices)}`,
      );
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  kernel: ([x, indices, updates], { axis, reduction }, [y]) => {
    const to = y.data as NumberArray;
    const from = updates.data as NumberArray;
    to.set(x.data as NumberArray);
    const reduce = reductions[reduction as ScatterReduction];
    forEachPlace('scatterElements', indices, x, axis, (i, place) => {
      to[place] = reduce(to[place], from[i]);
    });
  },
  vjp: ({ inputs: [, indices, updates], attributes: { axis, reduction }, cotangents: [dy] }) => {
    if (reduction !== 'add' && reduction !== 'none')
      throw new InputError('scatterElements', 'reduction none or add where it is differentiated', reduction);
    return [
      () =>
        reduction === 'add' ? dy : scatterElements(dy, indices, zeros(updates.sizes, dy.dtype), axis, 'none'),
      null,
      () => gatherElements(dy, indices, axis),
    ];
  },
});

/** Slices of x along `axis`, in the order of the indices (int64 or int32, of any shape). */
export const gather = (x: Tensor, indices: Tensor, axis = 0): Tensor =>
  Gather.call([x, indices], { axis })[0];

/** For each index the element of x at its own place, but for `axis`, where the index says. */
export const gatherElements = (x: Tensor, indices: Tensor, axis = 0): Tensor =>
  GatherElements.call([x, indices], { axis })[0];

/** x with each update put to its own place, but for `axis`, where the index says; 'add' adds instead. */
export const scatterElements = (
  x: Tensor,
  indices: Tensor,
  updates: Tensor,
  axis = 0,
  reduction: ScatterReduction = 'none',
): Tensor => ScatterElements.call([x, indices, updates], { axis, reduction })[0];

import { attr } from '../attributes.ts';
import { InputError } from '../errors.ts';
import { defineOp, type InferInput } from '../op.ts';
import { asTensor, int64s, type Tensor, zeros } from '../tensor.ts';
import { formatType, type NumberArray, normalizeAxis, type TensorType } from '../types.ts';
import { expand } from './expand.ts';
import { scatterElements } from './gather.ts';
import { reshape } from './reshape.ts';
import { inputOrAttribute } from './rules.ts';
import { bitsOf, stridesOf } from './strided.ts';

export type PadMode = 'constant' | 'reflect' | 'edge';

interface PadAttributes {
  readonly mode: string;
  readonly pads: readonly number[] | undefined;
  readonly value: number | undefined;
}

/** How much to add before and after each axis; negative where something is cut off. */
function margins(
  inputs: readonly InferInput[],
  attributes: PadAttributes,
): [before: number[], after: number[]] {
  const [x, padsInput, , axesInput] = inputs;
  const rank = x.shape.length;
  const pads = inputOrAttribute('pad', 'pads', padsInput, attributes.pads) ?? [];
  const axes = inputOrAttribute('pad', 'axes', axesInput, undefined) ?? x.shape.map((_, i) => i);
  if (pads.length !== 2 * axes.length)
    throw new InputError(
      'pad',
      `${2 * axes.length} pads for ${formatType(x)}`,
      `[${pads}]`,
      'give all begins, then all ends',
    );
  const before = new Array<number>(rank).fill(0);
  const after = new Array<number>(rank).fill(0);
  axes.forEach((axis, i) => {
    before[normalizeAxis('pad', axis, rank)] = pads[i];
    after[normalizeAxis('pad', axis, rank)] = pads[i + axes.length];
  });
  return [before, after];
}

/** Where along an axis of `size` each element of the padded axis comes from; −1 where from nowhere. */
function sources(mode: string, size: number, before: number, length: number): number[] {
  const period = Math.max(1, 2 * (size - 1));
  return Array.from({ length }, (_, i) => {
    const place = i - before;
    if (place >= 0 && place < size) return place;
    if (mode === 'constant') return -1;
    if (mode === 'edge') return place < 0 ? 0 : size - 1;
    const turned = ((place % period) + period) % period;
    return turned < size ? turned : period - turned;
  });
}

function inferPad(inputs: readonly InferInput[], attributes: PadAttributes): [TensorType] {
  const [{ dtype, shape }] = inputs;
  if (!['constant', 'reflect', 'edge'].includes(attributes.mode))
    throw new InputError('pad', 'mode constant, reflect or edge', attributes.mode);
  const [before, after] = margins(inputs, attributes);
  const padded = shape.map((dim, i) => {
    const added = before[i] + after[i];
    if (typeof dim === 'number') return dim + added;
    return added === 0 ? dim : `${dim}+${added}`;
  });
  if (padded.some((dim) => typeof dim === 'number' && dim < 0))
    throw new InputError('pad', 'sizes that stay at least 0', `[${padded.join(', ')}]`);
  return [{ dtype, shape: padded }];
}

/** Copies, along every axis, the elements from the given places; what comes from nowhere stays as it is. */
function copyPlaces(
  from: ReturnType<typeof bitsOf>,
  fromStrides: readonly number[],
  to: ReturnType<typeof bitsOf>,
  toStrides: readonly number[],
  places: readonly (readonly number[])[],
): void {
  const last = places.length - 1;
  const copyAxis = (axis: number, source: number, target: number): void => {
    if (axis > last) {
      to[target] = from[source];
      return;
    }
    const list = places[axis];
    for (let i = 0; i < list.length; i++) {
      if (list[i] < 0) continue;
      if (axis === last) to[target + i] = from[source + list[i]];
      else copyAxis(axis + 1, source + list[i] * fromStrides[axis], target + i * toStrides[axis]);
    }
  };
  copyAxis(0, 0, 0);
}

/** The part of dy that lies over x; for `reflect` and `edge`, elements that were repeated get the sum. */
export const Pad = defineOp({
  type: 'Pad',
  attributes: { mode: attr.string('constant'), pads: attr.ints(), value: attr.float() },
  infer: inferPad,
  kernel: (inputs, attributes, [y]) => {
    const [x, , fill] = inputs;
    const [before] = margins(inputs, attributes);
    const value = fill ? fill.data[0] : attributes.value;
    if (value) (y.data as NumberArray).fill(value as number);
    const places = y.sizes.map((length, i) => sources(attributes.mode, x.sizes[i], before[i], length));
    copyPlaces(bitsOf(x.data), stridesOf(x.sizes), bitsOf(y.data), stridesOf(y.sizes), places);
  },
  vjp: ({ inputs, attributes, cotangents: [dy] }) => [
    () => {
      const [before, after] = margins(inputs, attributes);
      if (attributes.mode === 'constant')
        return pad(
          dy,
          [...before, ...after].map((n) => -n),
        );
      return foldBack(dy, inputs[0].sizes, attributes.mode, before);
    },
    null,
    null,
    null,
  ],
});

/** Axis by axis, adds every element of dy to the one that it was copied from. */
function foldBack(dy: Tensor, sizes: readonly number[], mode: string, before: readonly number[]): Tensor {
  return sizes.reduce((dx, size, axis) => {
    if (dx.sizes[axis] === size && before[axis] === 0) return dx;
    const places = sources(mode, size, before[axis], dx.sizes[axis]);
    const alongAxis = new Array<number>(sizes.length).fill(1).with(axis, places.length);
    const indices = expand(reshape(int64s(places), alongAxis), dx.sizes);
    return scatterElements(zeros(dx.sizes.with(axis, size), dx.dtype), indices, dx, axis, 'add');
  }, dy);
}

/**
 * Adds elements around a tensor: `pads` are those before each axis, then those after each; negative ones cut.
 * @param value what constant padding adds; 0 unless given
 */
export const pad = (x: Tensor, pads: readonly number[], value?: number, mode: PadMode = 'constant'): Tensor =>
  Pad.call([x, int64s(pads), value ? asTensor(value, x) : undefined], { mode })[0];

import { attr } from '../attributes.ts';
import { InputError } from '../errors.ts';
import { defineOp, type InferInput } from '../op.ts';
import { int64s, type Tensor } from '../tensor.ts';
import {
  type Dim,
  formatType,
  type NumberArray,
  normalizeAxis,
  type Shape,
  sizeOf,
  type TensorType,
} from '../types.ts';
import { inputOrAttribute, requireSame } from './rules.ts';
import { slice } from './slice.ts';

const totalOf = (dims: readonly Dim[]): Dim =>
  dims.every((dim) => typeof dim === 'number') ? dims.reduce((a, b) => a + b, 0) : dims.join('+');

function concatShape(inputs: readonly InferInput[], axis: number): Shape {
  const [{ shape }] = inputs;
  const at = normalizeAxis('concat', axis, shape.length);
  for (const x of inputs) {
    requireSame('concat', inputs[0], x);
    if (x.shape.length !== shape.length || x.shape.some((dim, i) => i !== at && dim !== shape[i]))
      throw new InputError(
        'concat',
        `tensors that differ in axis ${at} only`,
        inputs.map(formatType).join(' and '),
      );
  }
  return shape.map((dim, i) => (i === at ? totalOf(inputs.map((x) => x.shape[at])) : dim));
}

/** Each input gets its part of the cotangent. */
export const Concat = defineOp({
  type: 'Concat',
  attributes: { axis: attr.int(0) },
  infer: (inputs, { axis }) => [{ dtype: inputs[0].dtype, shape: concatShape(inputs, axis) }],
  kernel: (inputs, { axis }, [y]) => {
    const at = normalizeAxis('concat', axis, y.rank);
    const inner = sizeOf(y.sizes.slice(at));
    const outer = sizeOf(y.sizes.slice(0, at));
    const to = y.data as NumberArray;
    let offset = 0;
    for (const x of inputs) {
      const from = x.data as NumberArray;
      const run = sizeOf(x.sizes.slice(at));
      for (let o = 0; o < outer; o++) to.set(from.subarray(o * run, (o + 1) * run), o * inner + offset);
      offset += run;
    }
  },
  vjp: ({ inputs, attributes: { axis }, cotangents: [dy] }) => {
    const at = normalizeAxis('concat', axis, dy.rank);
    let end = 0;
    return inputs.map((x) => {
      const start = end;
      end += x.sizes[at];
      const [from, to] = [start, end];
      return () => slice(dy, [from], [to], [at]);
    });
  },
});

interface SplitAttributes {
  readonly axis: number;
  readonly split: readonly number[] | undefined;
  readonly numOutputs: number | undefined;
}

/** The sizes of the parts; the last one is smaller where `numOutputs` does not divide the axis. */
function partSizes([x, split]: readonly InferInput[], attributes: SplitAttributes): number[] {
  const { axis, numOutputs } = attributes;
  const given = inputOrAttribute('split', 'sizes', split, attributes.split);
  const length = x.shape[normalizeAxis('split', axis, x.shape.length)];
  if (typeof length !== 'number' || (!given && !numOutputs))
    throw new InputError('split', 'a known size of the axis, and sizes or numOutputs', formatType(x));
  const each = Math.ceil(length / (numOutputs ?? 1));
  const sizes = given ?? Array.from({ length: numOutputs! }, (_, i) => Math.min(each, length - i * each));
  if (sizes.reduce((a, b) => a + b, 0) !== length || sizes.some((size) => size < 0))
    throw new InputError('split', `sizes that add up to ${length}`, `[${sizes}]`);
  return sizes;
}

/** The cotangents of the parts, joined. */
export const Split = defineOp({
  type: 'Split',
  attributes: { axis: attr.int(0), split: attr.ints(), numOutputs: attr.int() },
  infer: (inputs, attributes): readonly TensorType[] => {
    const [{ dtype, shape }] = inputs;
    const at = normalizeAxis('split', attributes.axis, shape.length);
    return partSizes(inputs, attributes).map((size) => ({ dtype, shape: shape.with(at, size) }));
  },
  kernel: ([x], { axis }, outputs) => {
    const at = normalizeAxis('split', axis, x.rank);
    const run = sizeOf(x.sizes.slice(at));
    const outer = sizeOf(x.sizes.slice(0, at));
    const from = x.data as NumberArray;
    let offset = 0;
    for (const y of outputs) {
      const part = sizeOf(y.sizes.slice(at));
      const to = y.data as NumberArray;
      for (let o = 0; o < outer; o++)
        to.set(from.subarray(o * run + offset, o * run + offset + part), o * part);
      offset += part;
    }
  },
  vjp: ({ attributes: { axis }, cotangents }) => [() => concat(cotangents, axis), null],
});

/** Joins tensors along an axis. @throws InputError when they differ in another axis */
export const concat = (xs: readonly Tensor[], axis: number): Tensor => Concat.call(xs, { axis })[0];

/** Cuts a tensor along an axis into parts of the given sizes. @throws InputError when these do not add up */
export const split = (x: Tensor, sizes: readonly number[], axis = 0): Tensor[] =>
  Split.call([x, int64s(sizes)], { axis });

import { attr } from '../attributes.ts';
import { InputError } from '../errors.ts';
import { defineOp } from '../op.ts';
import { int64s, type Tensor, tensor, tensorOfData } from '../tensor.ts';
import { isConcrete, type NumberArray, type Shape } from '../types.ts';
import { isInt64 } from './elementwise.ts';
import { knownNumbers } from './rules.ts';

const constantRules = {
  value: attr.tensor(),
  valueFloat: attr.float(),
  valueFloats: attr.floats(),
  valueInt: attr.int(),
  valueInts: attr.ints(),
};

function constantOf(given: { readonly [N in keyof typeof constantRules]?: unknown }): Tensor {
  const { value, valueFloat, valueFloats, valueInt, valueInts } = given as never as Record<string, never>;
  if (value) return tensorOfData(value);
  const floats = valueFloats ?? valueFloat;
  const ints = valueInts ?? valueInt;
  if (floats === undefined && ints === undefined)
    throw new InputError('Constant', 'a value that is a tensor or numbers', 'none that tensors can hold');
  return floats === undefined ? tensor(ints, 'int64') : tensor(floats, 'float32');
}

/** A constant in a model file; traced graphs have initializers instead. */
export const Constant = defineOp({
  type: 'Constant',
  attributes: constantRules,
  infer: (_, attributes) => [constantOf(attributes)],
  kernel: (_, attributes, [y]) => (y.data as NumberArray).set(constantOf(attributes).data as NumberArray),
  vjp: () => [],
});

function shapePart(shape: Shape, { start, end }: { start: number; end: number | undefined }): Shape {
  const rank = shape.length;
  const place = (i: number) => Math.min(Math.max(i < 0 ? i + rank : i, 0), rank);
  return shape.slice(place(start), Math.max(place(start), place(end ?? rank)));
}

/** The sizes of a tensor; a constant where they are all known. */
export const ShapeOf = defineOp({
  type: 'Shape',
  attributes: { start: attr.int(0), end: attr.int() },
  infer: ([{ shape }], attributes) => {
    const elements = shapePart(shape, attributes);
    return [{ dtype: 'int64', shape: [elements.length], elements }];
  },
  kernel: ([x], attributes, [y]) =>
    (y.data as BigInt64Array).set((shapePart(x.sizes, attributes) as number[]).map(BigInt)),
  vjp: () => [null],
  lower: ([x], attributes) => {
    const part = shapePart(x.shape, attributes);
    return isConcrete(part) ? [int64s(part)] : undefined;
  },
});

/** A tensor of a shape that is an input, filled with one value: 0 of float32 unless given. */
export const ConstantOfShape = defineOp({
  type: 'ConstantOfShape',
  attributes: { value: attr.tensor() },
  infer: ([shape], { value }) => [
    {
      dtype: value ? tensorOfData(value).dtype : 'float32',
      shape: knownNumbers('constantOfShape', 'sizes', shape),
    },
  ],
  kernel: (_, { value }, [y]) => {
    if (value) (y.data as NumberArray).fill(tensorOfData(value).data[0] as number);
  },
  vjp: () => [null],
});

function rangeLength(start: number, limit: number, delta: number): number {
  if (delta === 0) throw new InputError('range', 'a step that is not 0', '0');
  return Math.max(0, Math.ceil((limit - start) / delta));
}

/** start, start + delta, … to before limit. */
export const Range = defineOp({
  type: 'Range',
  infer: (inputs) => {
    const [start, limit, delta] = inputs.map((input) => knownNumbers('range', 'bounds', input)[0]);
    return [{ dtype: inputs[0].dtype, shape: [rangeLength(start, limit, delta)] }];
  },
  kernel: ([start, , delta], _, [y]) => {
    const first = start.item();
    const step = delta.item();
    if (isInt64(y.data)) for (let i = 0; i < y.data.length; i++) y.data[i] = BigInt(first + i * step);
    else for (let i = 0; i < y.data.length; i++) y.data[i] = first + i * step;
  },
  vjp: () => [null, null, null],
});

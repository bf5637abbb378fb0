import {
  arrayType,
  type DType,
  InputError,
  isConcrete,
  sizeOf,
  type TensorType,
  type TypedArray,
} from '@trainyard/autograd';

/** Elements in memory that threads share; a message brings them to another thread without a copy. */
export interface SharedTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

export type SharedTensors = Readonly<Record<string, SharedTensor>>;

/** A cache line, so that no two threads write to one. */
const alignment = 64;

/** Shared memory for tensors of these types, all zero. @throws InputError when a size is a name */
export function share(types: Iterable<readonly [string, TensorType]>): SharedTensors {
  const places = [];
  let bytes = 0;
  for (const [name, { dtype, shape }] of types) {
    if (!isConcrete(shape))
      throw new InputError('share', `${name} of known sizes`, `[${shape.join(', ')}]`, 'give numbers');
    const array = arrayType(dtype);
    places.push({ name, dtype, shape, array, at: bytes });
    bytes += Math.ceil((sizeOf(shape) * array.BYTES_PER_ELEMENT) / alignment) * alignment;
  }
  const memory = new SharedArrayBuffer(Math.max(alignment, bytes));
  return Object.fromEntries(
    places.map(({ name, dtype, shape, array, at }) => [
      name,
      // The constructors' types know no shared memory.
      { dtype, shape, data: new array(memory as unknown as ArrayBuffer, at, sizeOf(shape)) },
    ]),
  );
}

import type { TensorData, Value } from '@trainyard/onnx-ir';
import { InputError } from './errors.ts';
import {
  type ArrayOf,
  arrayType,
  concrete,
  type DType,
  formatType,
  isDType,
  isFloat,
  type NumberArray,
  type Shape,
  sizeOf,
  type TensorType,
  type TypedArray,
} from './types.ts';

/**
 * An n-dimensional array, contiguous and row-major; never changed once an operator has read it.
 * While a function is traced, its tensors are symbolic: they have a type, and a value in the graph instead of data.
 */
export class Tensor implements TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
  /** The value in the graph that is being traced; undefined for a tensor with data. */
  readonly symbol: Value | undefined;
  /** The elements of a traced shape, some of them names: what a reshape to it needs. */
  readonly elements: Shape | undefined;
  // Not a #field, which assertions of equality cannot see.
  private readonly storage: TypedArray | undefined;

  constructor(
    type: TensorType & { readonly elements?: Shape },
    content: TypedArray | { readonly symbol: Value },
  ) {
    this.dtype = type.dtype;
    this.shape = type.shape;
    if ('symbol' in content) {
      this.symbol = content.symbol;
      this.elements = type.elements;
      return;
    }
    const size = sizeOf(concrete('tensor', type.shape));
    if (content.length !== size || !(content instanceof arrayType(type.dtype)))
      throw new InputError(
        'tensor',
        `${size} elements for ${formatType(type)}`,
        `${content.constructor.name} of ${content.length}`,
      );
    this.storage = content;
  }

  get rank(): number {
    return this.shape.length;
  }

  /** The shape, where every size is known. @throws InputError otherwise */
  get sizes(): readonly number[] {
    return concrete('tensor', this.shape);
  }

  get size(): number {
    return sizeOf(this.sizes);
  }

  /** The elements, not to be written to. @throws InputError while traced */
  get data(): TypedArray {
    if (this.storage) return this.storage;
    throw new InputError(
      'tensor.data',
      'a tensor with data',
      `a traced ${formatType(this)}`,
      'its values are known only when the graph runs',
    );
  }

  /** Itself where its elements are known, for shape rules that depend on them. */
  get known(): Tensor | undefined {
    return this.symbol ? undefined : this;
  }

  /** The only element, as a number. @throws InputError when there is not exactly one */
  item(): number {
    if (this.size !== 1) throw new InputError('tensor.item', 'one element', formatType(this));
    return Number(this.data[0]);
  }

  /** The elements as plain numbers, row-major. */
  toArray(): number[] {
    const { data } = this;
    const numbers = new Array<number>(data.length);
    for (let i = 0; i < data.length; i++) numbers[i] = Number(data[i]);
    return numbers;
  }

  toString(): string {
    return this.symbol ? `Tensor(%${this.symbol.name}: ${formatType(this)})` : `Tensor(${formatType(this)})`;
  }
}

export type NestedNumbers = number | readonly NestedNumbers[];

function flattenNested(values: NestedNumbers, shape: number[], depth: number, out: number[]): void {
  if (typeof values === 'number') {
    if (depth !== shape.length)
      throw new InputError('tensor', 'rows of equal depth', `a number at depth ${depth}`);
    out.push(values);
    return;
  }
  if (shape.length === depth && out.length === 0) shape.push(values.length);
  if (shape[depth] !== values.length)
    throw new InputError('tensor', `rows of ${shape[depth]}`, `a row of ${values.length}`);
  for (const inner of values) flattenNested(inner, shape, depth + 1, out);
}

function fill(dtype: DType, values: ArrayLike<number>): TypedArray {
  if (dtype === 'int64') return BigInt64Array.from(Array.from(values), BigInt);
  return new (arrayType(dtype) as Float32ArrayConstructor)(values) as NumberArray;
}

/**
 * A tensor from nested numbers, `tensor([[1, 2], [3, 4]])`.
 * @throws InputError when rows differ in length
 */
export function tensor(values: NestedNumbers, dtype: DType = 'float32'): Tensor {
  const shape: number[] = [];
  const flat: number[] = [];
  flattenNested(values, shape, 0, flat);
  return new Tensor({ dtype, shape }, fill(dtype, flat));
}

/** A tensor around a typed array, without a copy. @throws InputError when length or type do not fit */
export const tensorOf = <T extends DType>(dtype: T, shape: readonly number[], data: ArrayOf<T>): Tensor =>
  new Tensor({ dtype, shape }, data);

/** Memory for the elements of a type; all zero. */
export const allocate = ({ dtype, shape }: TensorType): TypedArray =>
  new (arrayType(dtype))(sizeOf(concrete('tensor', shape)));

/** A tensor of one number everywhere; float32 unless given. */
export function full(shape: readonly number[], value: number, dtype: DType = 'float32'): Tensor {
  const data = allocate({ dtype, shape });
  if (data instanceof BigInt64Array) data.fill(BigInt(value));
  else data.fill(value);
  return new Tensor({ dtype, shape }, data);
}

/** A tensor of zeros; float32 unless given. */
export const zeros = (shape: readonly number[], dtype: DType = 'float32'): Tensor =>
  new Tensor({ dtype, shape }, allocate({ dtype, shape }));

/** A tensor of ones; float32 unless given. */
export const ones = (shape: readonly number[], dtype: DType = 'float32'): Tensor => full(shape, 1, dtype);

/** An int64 vector, as ONNX wants its shapes, axes and pads. */
export function int64s(values: readonly number[]): Tensor {
  const data = new BigInt64Array(values.length);
  for (let i = 0; i < values.length; i++) data[i] = BigInt(values[i]);
  return new Tensor({ dtype: 'int64', shape: [values.length] }, data);
}

/** Numbers become scalars of the type of `like`, so that `mul(x, 2)` does not change the type of x. */
export const asTensor = (value: Tensor | number, like?: TensorType): Tensor =>
  value instanceof Tensor ? value : full([], value, like?.dtype);

/** @throws InputError when the tensor is not of a floating-point type */
export function requireFloat(where: string, x: TensorType): void {
  if (!isFloat(x.dtype)) throw new InputError(where, 'float32 or float64', x.dtype, 'cast it first');
}

/** A tensor around a constant of a model. @throws InputError when the element type is none that tensors have */
export function tensorOfData(data: TensorData): Tensor {
  const { dtype } = data;
  if (!isDType(dtype)) throw new InputError('tensor', 'an element type that tensors have', dtype);
  return new Tensor({ dtype, shape: data.dims }, data.view(dtype));
}

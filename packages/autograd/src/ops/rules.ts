import { InputError } from '../errors.ts';
import type { InferInput } from '../op.ts';
import { asTensor, requireFloat, Tensor } from '../tensor.ts';
import { broadcastShapes, type Dim, formatType, type Shape, type TensorType } from '../types.ts';

type Infer = (inputs: readonly InferInput[]) => [TensorType];

/** @throws InputError when the two are not of one type */
export function requireSame(where: string, a: TensorType, b: TensorType): void {
  if (a.dtype !== b.dtype)
    throw new InputError(
      where,
      'two inputs of one type',
      `${formatType(a)} and ${formatType(b)}`,
      'cast one of them',
    );
}

/** The shape rule of operators on two inputs of one type. */
export const inferBinary =
  (where: string): Infer =>
  ([a, b]) => {
    requireSame(where, a, b);
    return [{ dtype: a.dtype, shape: broadcastShapes(where, a.shape, b.shape) }];
  };

/** The shape rule of comparisons. */
export const inferComparison =
  (where: string): Infer =>
  ([a, b]) => {
    requireSame(where, a, b);
    return [{ dtype: 'bool', shape: broadcastShapes(where, a.shape, b.shape) }];
  };

/** The shape rule of and, or and the like. */
export const inferLogical =
  (where: string): Infer =>
  (inputs) => {
    for (const x of inputs)
      if (x.dtype !== 'bool') throw new InputError(where, 'bool', formatType(x), 'compare it first');
    return [{ dtype: 'bool', shape: broadcastShapes(where, ...inputs.map(({ shape }) => shape)) }];
  };

/** The shape rule of elementwise operators on any number type. */
export const inferUnary: Infer = ([{ dtype, shape }]) => [{ dtype, shape }];

/** The shape rule of elementwise operators on floats. */
export const inferFloat =
  (where: string): Infer =>
  ([x]) => {
    requireFloat(where, x);
    return [{ dtype: x.dtype, shape: x.shape }];
  };

/** The elements of an input that the shape depends on. @throws InputError where they are known only at run time */
export function knownNumbers(where: string, name: string, input: InferInput): number[] {
  if (input.known) return input.known.toArray();
  throw new InputError(where, `${name} that are constant`, `a computed ${formatType(input)}`);
}

/** What an operator takes as an attribute in older opsets and as an input in newer ones. */
export const inputOrAttribute = (
  where: string,
  name: string,
  input: InferInput | undefined,
  attribute: readonly number[] | undefined,
): number[] | undefined => (input ? knownNumbers(where, name, input) : attribute && [...attribute]);

/** The product of sizes; a name alone stays itself, a multiple of names is a name of its own. */
export function productOf(dims: Shape): Dim {
  const size = dims.reduce<number>((product, dim) => (typeof dim === 'number' ? product * dim : product), 1);
  const names = dims.filter((dim) => typeof dim === 'string');
  if (names.length === 0 || size === 0) return size;
  return [...(size === 1 ? [] : [size]), ...names].join('*');
}

/** Numbers take the type of the other operand. */
export type Operand = Tensor | number;
export const operands = (a: Operand, b: Operand): [Tensor, Tensor] =>
  a instanceof Tensor ? [a, asTensor(b, a)] : [asTensor(a, b instanceof Tensor ? b : undefined), asTensor(b)];

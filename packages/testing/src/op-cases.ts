import {
  cast,
  type DType,
  type FloatType,
  type Generator,
  isFloat,
  type NestedNumbers,
  type Shape,
  type Tensor,
  tensor,
  tensorOf,
} from '@trainyard/autograd';

/** An input that is made anew for each floating-point type, and that is an input of the traced graph. */
export interface InputSpec {
  make(dtype: FloatType, generator: Generator): Tensor;
}

export interface OpCase {
  /** What is particular about the case; shown as the name of its tests. */
  readonly name?: string;
  /**
   * The operator's inputs. Those made by `uniform`, `distinct`, `values` or `input` are inputs of the traced graph,
   * and gradients are checked in the floats among them. A bare tensor is a constant of it.
   */
  readonly inputs: readonly (InputSpec | Tensor | undefined)[];
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Shapes with named dimensions, by input, for which the shape rule and the export must work too. */
  readonly dims?: readonly (Shape | undefined)[];
  /** The outputs to look at; all of them unless given. */
  readonly outputs?: readonly number[];
  /** The inputs in which gradients are checked; all floats in which the operator is differentiable unless given. */
  readonly wrt?: readonly number[];
  /** 1 where second-order gradients are not to be checked, 0 where none are. */
  readonly order?: 0 | 1 | 2;
  /** The opset in which this form of the operator exists, where that is not 18; only the result is compared then. */
  readonly opset?: number;
  /** Why ONNX Runtime is not asked, for a form that it does not have. */
  readonly withoutOrt?: string;
  /** Largest relative difference from ONNX Runtime; 1e-4 unless given. */
  readonly tolerance?: number;
}

/** The cases of a family of operators, by operator type. Each operator needs at least one. */
export type OpCases = Readonly<Record<string, readonly OpCase[]>>;

/** Evenly distributed numbers from `low` to `high`, −1 to 1 unless given. */
export const uniform = (shape: readonly number[], low = -1, high = 1): InputSpec => ({
  make: (dtype, generator) => generator.uniform(shape, low, high, dtype),
});

/** Numbers in random order that are at least 2/n apart and none of them 0: no ties, no kinks at 0. */
export const distinct = (shape: readonly number[], scale = 1): InputSpec => ({
  make: (dtype, generator) => {
    const n = shape.reduce((a, b) => a * b, 1);
    const numbers = Array.from(generator.permutation(n), (i) => (scale * (2 * i + 1.31 - n)) / n);
    return cast(tensorOf('float64', shape, Float64Array.from(numbers)), dtype);
  },
});

/** The given numbers, as floats. */
export const values = (numbers: NestedNumbers): InputSpec => ({
  make: (dtype) => tensor(numbers, dtype),
});

/** The given numbers of a type that is not a float, as an input of the traced graph. */
export const input = (numbers: NestedNumbers, dtype: Exclude<DType, FloatType>): InputSpec => ({
  make: () => tensor(numbers, dtype),
});

export const isSpec = (entry: InputSpec | Tensor | undefined): entry is InputSpec =>
  entry !== undefined && 'make' in entry;

/** The inputs of a case, floats of the given type. */
export const makeInputs = (
  { inputs }: OpCase,
  dtype: FloatType,
  generator: Generator,
): (Tensor | undefined)[] =>
  inputs.map((entry) => {
    if (isSpec(entry)) return entry.make(dtype, generator);
    return entry && isFloat(entry.dtype) ? cast(entry, dtype) : entry;
  });

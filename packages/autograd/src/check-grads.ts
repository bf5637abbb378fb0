import { InputError } from './errors.ts';
import { valueAndGrad } from './grad.ts';
import { add, mul } from './ops/arithmetic.ts';
import { sum } from './ops/reduce.ts';
import { cast } from './ops/select.ts';
import { Generator } from './random.ts';
import { noGrad } from './tape.ts';
import { Tensor } from './tensor.ts';
import { type FloatType, formatType, isFloat } from './types.ts';

/** A function of tensors whose float results are looked at. */
export type TensorFunction = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

export interface CheckGradsOptions {
  /** 2 checks second-order gradients beside the first; 1 unless given. */
  readonly order?: 1 | 2;
  /** The type in which gradients are computed; float64 unless given. Differences are always taken in float64. */
  readonly dtype?: FloatType;
  /** Largest relative error; 1e-6 for float64 and 1e-3 for float32 unless given. */
  readonly tolerance?: number;
  /** Inputs to differentiate in, by place; all floats unless given. */
  readonly wrt?: readonly number[];
  /** The seed of the random projections. */
  readonly seed?: number;
}

/** The cube root of the rounding error of float64, where central differences are most exact. */
const step = 6e-6;

const float64 = (x: Tensor): Tensor => (isFloat(x.dtype) ? cast(x, 'float64') : x);
const floatsOf = (result: Tensor | readonly Tensor[]): Tensor[] =>
  (result instanceof Tensor ? [result] : [...result]).filter(({ dtype }) => isFloat(dtype));

/** The sum over all results of the products of their elements with random numbers, the same at each call. */
function projected(fn: TensorFunction, seed: number): (...inputs: Tensor[]) => Tensor {
  return (...inputs) => {
    const generator = new Generator(seed);
    const parts = floatsOf(fn(...inputs)).map((y) =>
      sum(mul(y, generator.normal(y.sizes, 0, 1, y.dtype as FloatType))),
    );
    if (parts.length === 0) throw new InputError('checkGrads', 'a function with a float result', 'none');
    return parts.reduce((a, b) => add(a, b));
  };
}

/**
 * The gradient of a function with a scalar result in one of its inputs, by central differences in float64:
 * two calls for each element.
 * @throws InputError when the result is not a scalar
 */
export function numericGradient(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  wrt = 0,
): Tensor {
  const at = inputs.map(float64);
  const x = at[wrt];
  const slopes = Float64Array.from(x.data as Float64Array, (_, i) => {
    const direction = new Float64Array(x.size);
    direction[i] = 1;
    return slopeAlong(fn, at, wrt, direction);
  });
  return new Tensor({ dtype: 'float64', shape: x.shape }, slopes);
}

function slopeAlong(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  wrt: number,
  direction: Float64Array,
): number {
  const x = inputs[wrt];
  const valueAt = (h: number): number => {
    const moved = Float64Array.from(x.data as Float64Array, (value, i) => value + h * direction[i]);
    return noGrad(() => fn(...inputs.with(wrt, new Tensor(x, moved)))).item();
  };
  return (valueAt(step) - valueAt(-step)) / (2 * step);
}

/**
 * Compares gradients with finite differences: the results are projected to a number, each input is moved along
 * a random direction. For second order, the same is done to the projected gradient.
 * `fn` must be smooth around the inputs, and work in float64.
 * @returns the largest relative error
 * @throws Error that names the input and both numbers when the error is above the tolerance
 */
export function checkGrads(
  fn: TensorFunction,
  inputs: readonly Tensor[],
  options: CheckGradsOptions = {},
): number {
  const { order = 1, dtype = 'float64', seed = 1 } = options;
  const tolerance = options.tolerance ?? (dtype === 'float64' ? 1e-6 : 1e-3);
  const wrt = options.wrt ?? inputs.flatMap((x, i) => (isFloat(x.dtype) ? [i] : []));
  const value = projected(fn, seed);
  const first = compare('gradient', value, inputs, wrt, dtype, tolerance, seed);
  if (order === 1) return first;
  const slope = projected((...at) => gradientsIn(value, at, wrt), seed + 1);
  return Math.max(first, compare('second-order gradient', slope, inputs, wrt, dtype, tolerance, seed));
}

function gradientsIn(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  wrt: readonly number[],
): Tensor[] {
  const params = Object.fromEntries(wrt.map((i) => [`${i}`, inputs[i]]));
  const [, gradient] = valueAndGrad((given: Readonly<Record<string, Tensor>>) =>
    fn(...inputs.map((x, i) => given[`${i}`] ?? x)),
  )(params);
  return wrt.map((i) => gradient[`${i}`]);
}

function compare(
  what: string,
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  wrt: readonly number[],
  dtype: FloatType,
  tolerance: number,
  seed: number,
): number {
  const rounded = inputs.map((x) => (isFloat(x.dtype) ? cast(x, dtype) : x));
  const exact = rounded.map(float64);
  const gradients = gradientsIn(fn, rounded, wrt);
  const generator = new Generator(seed).fork('directions');
  let worst = 0;
  wrt.forEach((i, k) => {
    const gradient = gradients[k].toArray();
    const direction = generator.normal(inputs[i].sizes, 0, 1, 'float64').data as Float64Array;
    const numeric = slopeAlong(fn, exact, i, direction);
    const analytic = gradient.reduce((total, g, j) => total + g * direction[j], 0);
    // Along a random direction the slope is about as large as the gradient is long.
    const scale = Math.max(Math.abs(numeric), Math.hypot(...gradient), 1e-3);
    const error = Math.abs(analytic - numeric) / scale;
    if (!(error <= tolerance))
      throw new Error(
        `checkGrads: ${what} in input ${i}, ${formatType(rounded[i])}: ` +
          `expected ${numeric} along a random direction, got ${analytic} (relative error ${error.toExponential(1)})`,
      );
    worst = Math.max(worst, error);
  });
  return worst;
}

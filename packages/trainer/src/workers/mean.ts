import type { NumberArray, TypedArray } from '@trainyard/autograd';

const hasFractions = (array: TypedArray): array is NumberArray =>
  array instanceof Float32Array || array instanceof Float64Array;

/**
 * Writes Σ shareᵢ · partᵢ, added up in the order of the parts, to `target`, which may be one of them. Whole numbers,
 * such as counts of steps, have no mean: they are those of the first part.
 */
export function meanInto<T extends TypedArray>(
  target: T,
  parts: readonly T[],
  shares: readonly number[],
): void {
  if (hasFractions(target)) weightedSum(target, parts as readonly TypedArray[] as NumberArray[], shares);
  else target.set(parts[0] as never);
}

function weightedSum(target: NumberArray, parts: readonly NumberArray[], shares: readonly number[]): void {
  const [a, b] = parts;
  const [ofA, ofB] = shares;
  // Two are the usual case, and this loop is as fast as memory.
  if (parts.length === 2) for (let i = 0; i < target.length; i++) target[i] = a[i] * ofA + b[i] * ofB;
  else
    for (let i = 0; i < target.length; i++) {
      let sum = 0;
      for (let p = 0; p < parts.length; p++) sum += parts[p][i] * shares[p];
      target[i] = sum;
    }
}

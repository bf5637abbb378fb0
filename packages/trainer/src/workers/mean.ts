import type { NumberArray } from '@trainyard/autograd';

/** Writes Σ shareᵢ · partᵢ, added up in the order of the parts, to `target`, which may be one of them. */
export function meanInto(
  target: NumberArray,
  parts: readonly NumberArray[],
  shares: readonly number[],
): void {
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

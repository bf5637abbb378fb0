/**
 * exp(x_i - max) / sum of exp(x_j - max), in float64.
 * @param logits the row of one picture; not finite ones give NaN
 */
export function softmax(logits: ArrayLike<number>): Float64Array {
  let max = -Infinity;
  for (let i = 0; i < logits.length; i++) max = Math.max(max, logits[i]!);
  const out = new Float64Array(logits.length);
  let sum = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = Math.exp(logits[i]! - max);
    sum += out[i]!;
  }
  for (let i = 0; i < out.length; i++) out[i]! /= sum;
  return out;
}

export interface Classification {
  readonly label: string;
  /** Place of the label in the manifest. */
  readonly index: number;
  /** 0 to 1; over all labels they sum to 1. */
  readonly probability: number;
}

/** The `top` likeliest labels of one picture, the likeliest first; of equals the first in the manifest. */
export function rank(logits: ArrayLike<number>, labels: readonly string[], top: number): Classification[] {
  const probabilities = softmax(logits);
  return labels
    .map((label, index) => ({ label, index, probability: probabilities[index]! }))
    .sort((a, b) => logits[b.index]! - logits[a.index]! || a.index - b.index)
    .slice(0, top);
}

/** How two sets of logits for the same pictures differ. */
export interface Comparison {
  readonly pictures: number;
  /** The largest difference of a logit; Infinity where one is not a number. */
  readonly maxDifference: number;
  /** From the smallest to the largest logit of the reference. */
  readonly range: number;
  /** Pictures whose top class is the reference's. */
  readonly agreeing: number;
}

/**
 * @param logits of a target, [pictures, classes]
 * @param reference the same of what it is compared with
 * @throws Error when they are not as many
 */
export function compare(logits: Float32Array, reference: Float32Array, classes: number): Comparison {
  const pictures = reference.length / classes;
  if (logits.length !== reference.length || !Number.isInteger(pictures) || pictures === 0)
    throw new Error(`expected ${reference.length} logits, ${classes} a picture, got ${logits.length}`);
  let [maxDifference, least, most, agreeing] = [0, Infinity, -Infinity, 0];
  for (let i = 0; i < reference.length; i++) {
    const difference = Math.abs(logits[i]! - reference[i]!);
    maxDifference = Math.max(maxDifference, Number.isNaN(difference) ? Infinity : difference);
    least = Math.min(least, reference[i]!);
    most = Math.max(most, reference[i]!);
  }
  for (let i = 0; i < pictures; i++)
    if (top(logits, i * classes, classes) === top(reference, i * classes, classes)) agreeing++;
  return { pictures, maxDifference, range: most - least, agreeing };
}

/** The class with the largest logit, the first of several; −1 where one is not a number. */
function top(logits: Float32Array, from: number, classes: number): number {
  let best = 0;
  for (let c = 0; c < classes; c++) {
    const logit = logits[from + c]!;
    if (Number.isNaN(logit)) return -1;
    if (logit > logits[from + best]!) best = c;
  }
  return best;
}

export const agreementOf = ({ agreeing, pictures }: Comparison): number => agreeing / pictures;

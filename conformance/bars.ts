import { agreementOf, type Comparison } from './compare.ts';
import type { Arithmetic } from './subject.ts';

export interface Bar {
  /** How far a logit may be from the reference's, given the largest logit of the reference. */
  readonly difference?: (largestLogit: number) => number;
  /** The same for a reader. */
  readonly differenceText: string;
  /** Share of pictures whose top class must be the reference's. */
  readonly agreement: number;
  readonly why: string;
}

const agreement = 0.999;

/** How near every target must come to ONNX Runtime on this machine's processor, by a model's arithmetic. */
export const bars: Readonly<Record<Arithmetic, Bar>> = {
  float32: {
    difference: () => 1e-4,
    differenceText: '1e-4',
    agreement,
    why: 'the same sums in another order',
  },
  float16: {
    difference: (largest) => largest * 2 ** -8,
    differenceText: '2⁻⁸ of the largest logit',
    agreement,
    why: 'half precision rounds at 2⁻¹¹; some targets round after each operator, others compute in float32',
  },
  int8: {
    differenceText: 'reported',
    agreement,
    why: 'a sum that lies between two steps may be rounded to either, and is a whole step away then',
  },
  'int8-dynamic': {
    differenceText: 'reported',
    agreement,
    why: 'ranges are found when it runs: a range that differs in its last bit moves every step',
  },
};

/** The bars that a comparison breaks, in words; none where it holds. */
export function brokenBars(comparison: Comparison, arithmetic: Arithmetic): string[] {
  const { difference, agreement: least } = bars[arithmetic];
  const { maxDifference, largestLogit, agreeing, pictures } = comparison;
  const broken: string[] = [];
  const most = difference?.(largestLogit) ?? Number.MAX_VALUE;
  if (!(maxDifference <= most))
    broken.push(
      difference
        ? `expected logits within ${most.toPrecision(2)}, got a difference of ${maxDifference.toPrecision(2)}`
        : 'expected logits that are numbers, got one that is not',
    );
  if (agreementOf(comparison) < least)
    broken.push(
      `expected the top class of ${(least * 100).toFixed(1)} % of the pictures, got it for ${agreeing} of ${pictures}`,
    );
  return broken;
}

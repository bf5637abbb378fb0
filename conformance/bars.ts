import { agreementOf, type Comparison } from './compare.ts';
import type { Arithmetic } from './subject.ts';

export interface Bar {
  /** How far a logit may be from the reference's, given the range of the reference's logits. */
  readonly difference: (range: number) => number;
  /** The same for a reader. */
  readonly differenceText: string;
  /** Share of pictures whose top class must be the reference's. */
  readonly agreement: number;
  readonly why: string;
}

const agreement = 0.999;
/** Steps that int8 divides a range in. */
const steps = 255;

/** How near every target must come to ONNX Runtime on this machine's processor, by a model's arithmetic. */
export const bars: Readonly<Record<Arithmetic, Bar>> = {
  float32: {
    difference: () => 1e-4,
    differenceText: '1e-4',
    agreement,
    why: 'the same sums, in another order',
  },
  float16: {
    difference: (range) => range / 2 ** 8,
    differenceText: '1/256 of their range',
    agreement,
    why: 'half precision rounds at 1/2048, some targets after every operator, while others compute in float32',
  },
  int8: {
    difference: (range) => range / steps,
    differenceText: 'one step of int8, 1/255 of their range',
    agreement,
    why: 'integers are exact, but a number that lies between two steps may be rounded to either',
  },
  'int8-dynamic': {
    difference: (range) => range / steps,
    differenceText: 'one step of int8',
    agreement,
    why: 'the same, with ranges that are found in float32 when it runs',
  },
};

/** The bars that a comparison breaks, in words; none where it holds. */
export function brokenBars(comparison: Comparison, arithmetic: Arithmetic): string[] {
  const { difference, agreement: least } = bars[arithmetic];
  const { maxDifference, range, agreeing, pictures } = comparison;
  const broken: string[] = [];
  const most = difference(range);
  if (!Number.isFinite(maxDifference)) broken.push('expected logits that are numbers, got one that is not');
  else if (maxDifference > most)
    broken.push(
      `expected logits within ${most.toPrecision(2)}, got a difference of ${maxDifference.toPrecision(2)}`,
    );
  if (agreementOf(comparison) < least)
    broken.push(
      `expected the top class of ${(least * 100).toFixed(1)} % of the pictures, got it for ${agreeing} of ${pictures}`,
    );
  return broken;
}

import { InputError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import { formatType, sameShape } from '../types.ts';
import { softplus } from './activations.ts';
import { add, mul, neg, sub } from './arithmetic.ts';
import { oneHot } from './one-hot.ts';
import { mean, sum } from './reduce.ts';
import { logSoftmax } from './softmax.ts';
import { square } from './unary.ts';

function requireSameShape(where: string, a: Tensor, b: Tensor): void {
  if (!sameShape(a.shape, b.shape))
    throw new InputError(where, `two tensors of one shape`, `${formatType(a)} and ${formatType(b)}`);
}

/** The mean of (a − b)². @throws InputError when the shapes differ */
export function meanSquaredError(a: Tensor, b: Tensor): Tensor {
  requireSameShape('meanSquaredError', a, b);
  return mean(square(sub(a, b)));
}

/**
 * The mean over the batch of −log softmax(logits)[label].
 * @param logits [N, C]
 * @param labels integers [N]; one outside of 0 to C − 1 adds nothing
 * @param labelSmoothing the part of the target that is spread evenly over all classes (Szegedy et al., 2016)
 * @throws InputError when the shapes do not fit
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor,
  { labelSmoothing = 0 }: { readonly labelSmoothing?: number } = {},
): Tensor {
  const [batch, classes] = logits.shape;
  if (logits.rank !== 2 || typeof classes !== 'number')
    throw new InputError('crossEntropy', 'logits [N, C]', formatType(logits), 'flatten them to two axes');
  if (!sameShape(labels.shape, [batch]))
    throw new InputError(
      'crossEntropy',
      `labels [${batch}]`,
      formatType(labels),
      'give one class number for each row of logits',
    );
  if (!(labelSmoothing >= 0 && labelSmoothing < 1))
    throw new InputError('crossEntropy', 'labelSmoothing in [0, 1)', String(labelSmoothing));
  const hard = oneHot(labels, classes, logits.dtype);
  const target = labelSmoothing > 0 ? add(mul(hard, 1 - labelSmoothing), labelSmoothing / classes) : hard;
  return neg(mean(sum(mul(target, logSoftmax(logits)), { axes: 1 })));
}

/**
 * The mean of −t log σ(x) − (1 − t) log(1 − σ(x)) = softplus(x) − t x.
 * @param logits x, of any shape
 * @param targets t in [0, 1], of the same shape
 * @throws InputError when the shapes differ
 */
export function binaryCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  requireSameShape('binaryCrossEntropy', logits, targets);
  return mean(sub(softplus(logits), mul(targets, logits)));
}

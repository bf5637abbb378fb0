import { crossEntropy } from '@trainyard/autograd';
import type { Loss } from '../train-step.ts';

/**
 * The cross-entropy of softmax(logits) against the labels, as `fit` uses it.
 * @param options labelSmoothing: share of each target that is spread over all classes (Szegedy et al., 2016)
 */
export const softmaxCrossEntropy =
  (options: { readonly labelSmoothing?: number } = {}): Loss =>
  (logits, labels) =>
    crossEntropy(logits, labels, options);

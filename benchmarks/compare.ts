import type { StepResult } from './contender.ts';

/** The largest difference of two vectors, relative to the largest element of the first. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    largest = Math.max(largest, Math.abs(a[i]));
    worst = Math.max(worst, Math.abs(a[i] - b[i]));
  }
  // NaN must not pass for agreement.
  return Number.isNaN(worst) ? Number.POSITIVE_INFINITY : worst / (largest || 1);
}

/**
 * The worst relative difference between two contenders' losses and gradients.
 * @throws when a gradient is missing, has another size, or anything differs by more than `tolerance`
 */
export function requireAgreement(
  names: readonly [string, string],
  a: StepResult,
  b: StepResult,
  tolerance: number,
): number {
  let worst = difference([a.loss], [b.loss]);
  for (const [name, gradient] of Object.entries(a.gradients)) {
    const other = b.gradients[name];
    if (other?.length !== gradient.length)
      throw new Error(
        `bench: ${names[1]} has ${other?.length ?? 'no'} elements of ${name}, not ${gradient.length}`,
      );
    worst = Math.max(worst, difference(gradient, other));
  }
  if (!(worst <= tolerance))
    throw new Error(
      `bench: ${names.join(' and ')} differ by ${worst.toExponential(1)}, more than ${tolerance}; timing would mean nothing`,
    );
  return worst;
}

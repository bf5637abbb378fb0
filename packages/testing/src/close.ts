import { Tensor } from '@trainyard/autograd';
import { expect } from 'vitest';

export interface Closeness {
  /** Allowed difference as a part of the expected number; 1e-5 unless given. */
  readonly relative?: number;
  /** Allowed difference beside that; 1e-7 unless given. */
  readonly absolute?: number;
}

type Numbers = Tensor | ArrayLike<number>;
const numbersOf = (x: Numbers): number[] => (x instanceof Tensor ? x.toArray() : Array.from(x, Number));

/** What tells `actual` and `expected` apart, or undefined where they are close. Types are not compared. */
export function difference(
  actual: Numbers,
  expected: Numbers,
  closeness: Closeness = {},
): string | undefined {
  const { relative = 1e-5, absolute = 1e-7 } = closeness;
  if (actual instanceof Tensor && expected instanceof Tensor && actual.shape.join() !== expected.shape.join())
    return `shape [${actual.shape.join(', ')}] instead of [${expected.shape.join(', ')}]`;
  const [a, b] = [numbersOf(actual), numbersOf(expected)];
  if (a.length !== b.length) return `${a.length} elements instead of ${b.length}`;
  let worst = -1;
  let worstExcess = 0;
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i]) continue;
    const gap = Math.abs(a[i] - b[i]) / (absolute + relative * Math.abs(b[i]));
    const excess = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap;
    if (excess > 1 && excess > worstExcess) {
      worst = i;
      worstExcess = excess;
    }
  }
  return worst < 0 ? undefined : `element ${worst} is ${a[worst]} instead of ${b[worst]}`;
}

expect.extend({
  toBeAllClose(actual: Numbers, expected: Numbers, closeness?: Closeness) {
    const found = difference(actual, expected, closeness);
    return {
      pass: found === undefined,
      message: () => (found ? `expected tensors that are close: ${found}` : 'expected tensors that differ'),
    };
  },
});

interface AllClose<R> {
  /** Compares tensors (or rows of numbers) element by element, within a relative and an absolute difference. */
  toBeAllClose(expected: Numbers, closeness?: Closeness): R;
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: vitest declares the interface that this extends with any
  interface Matchers<T = any> extends AllClose<T> {}
}

import type { Generator } from '@trainyard/autograd';

/** `count` numbers in [0, 1). */
export function draws(generator: Generator, count: number): Float64Array {
  const words = generator.words(count);
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) numbers[i] = words[i] / 2 ** 32;
  return numbers;
}

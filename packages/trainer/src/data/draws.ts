import type { Generator } from '@trainyard/autograd';

/** `count` numbers in [0, 1). */
export const draws = (generator: Generator, count: number): Float64Array =>
  Float64Array.from(generator.words(count), (word) => word / 2 ** 32);

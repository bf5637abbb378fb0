import type { Buffer } from './buffers.ts';

export interface Packing {
  /** Where each buffer begins, in the order in which they were given. */
  readonly offsets: readonly number[];
  /** Bytes of the arena. */
  readonly bytes: number;
}

export interface PackOptions {
  /** Every buffer begins at a multiple of this. */
  readonly alignment?: number;
  /** How many orders the search tries beyond the first ones. */
  readonly attempts?: number;
}

/** Up to this many buffers every order is tried, which finds the smallest arena there is. */
const smallEnough = 6;

/** Bytes that no packing can do with less than: the largest sum of what is needed at the same time. */
export function lowerBound(buffers: readonly Buffer[]): number {
  const sums: number[] = [];
  for (const { first, sizes } of buffers)
    for (const [i, size] of sizes.entries()) sums[first + i] = (sums[first + i] ?? 0) + size;
  return sums.reduce((most, sum) => Math.max(most, sum ?? 0), 0);
}

/**
 * Places buffers so that those needed at the same time do not overlap, in few bytes. Each is put at the lowest place
 * that is free, in some order; for one of the orders that gives the least there is. Few buffers are tried in all
 * orders; of many, the best of some that do well is improved by moving single buffers. It repeats itself exactly.
 */
export function pack(buffers: readonly Buffer[], options: PackOptions = {}): Packing {
  const { alignment = 4, attempts = 4000 } = options;
  const problem = new Problem(buffers, alignment);
  const bound = lowerBound(buffers);
  let best: Packing | undefined;
  const consider = (order: readonly number[]): number => {
    const found = problem.place(order);
    if (!best || found.bytes < best.bytes) best = found;
    return found.bytes;
  };
  const orders = buffers.length <= smallEnough ? permutations(buffers.map((_, i) => i)) : goodOrders(buffers);
  let order: readonly number[] = [];
  let bytes = Infinity;
  for (const candidate of orders) {
    const found = consider(candidate);
    if (found < bytes) [order, bytes] = [candidate, found];
    if (found <= bound) return best!;
  }
  if (buffers.length <= smallEnough) return best ?? { offsets: [], bytes: 0 };
  const random = generator();
  for (let i = 0; i < attempts && best!.bytes > bound; i++) {
    const moved = [...order];
    const [index] = moved.splice(Math.floor(random() * moved.length), 1);
    moved.splice(Math.floor(random() * (moved.length + 1)), 0, index!);
    const found = consider(moved);
    if (found <= bytes) [order, bytes] = [moved, found];
  }
  return best!;
}

/** What may not overlap, and by how much it would have to be moved. */
class Problem {
  readonly #count: number;
  readonly #alignment: number;
  /** Bytes of `a` where both it and `b` are needed, at `a * count + b`; 0 where they never are. */
  readonly #heights: Float64Array;
  readonly #largest: Float64Array;

  constructor(buffers: readonly Buffer[], alignment: number) {
    this.#count = buffers.length;
    this.#alignment = alignment;
    this.#largest = Float64Array.from(buffers, ({ sizes }) => Math.max(0, ...sizes));
    this.#heights = new Float64Array(buffers.length ** 2);
    for (const [i, a] of buffers.entries())
      for (const [j, b] of buffers.entries())
        if (i !== j) this.#heights[i * buffers.length + j] = common(a, b);
  }

  place(order: readonly number[]): Packing {
    const offsets = new Array<number>(this.#count).fill(0);
    let bytes = 0;
    for (const [at, index] of order.entries()) {
      offsets[index] = this.#lowest(index, order.slice(0, at), offsets);
      bytes = Math.max(bytes, offsets[index] + this.#largest[index]!);
    }
    return { offsets, bytes };
  }

  #lowest(index: number, placed: readonly number[], offsets: readonly number[]): number {
    // Where it may not begin: from `start` on, both ends free.
    const forbidden: { start: number; end: number }[] = [];
    for (const other of placed) {
      const below = this.#heights[other * this.#count + index]!;
      const own = this.#heights[index * this.#count + other]!;
      if (below > 0 && own > 0)
        forbidden.push({ start: offsets[other]! - own, end: offsets[other]! + below });
    }
    forbidden.sort((a, b) => a.start - b.start);
    let offset = 0;
    for (const { start, end } of forbidden)
      if (start < offset && end > offset) offset = Math.ceil(end / this.#alignment) * this.#alignment;
      else if (start >= offset) break;
    return offset;
  }
}

/** The most bytes of `a` at a step at which `b` needs some too. */
function common(a: Buffer, b: Buffer): number {
  const from = Math.max(a.first, b.first);
  const to = Math.min(a.first + a.sizes.length, b.first + b.sizes.length);
  let most = 0;
  for (let step = from; step < to; step++)
    if (b.sizes[step - b.first]! > 0) most = Math.max(most, a.sizes[step - a.first]!);
  return most;
}

const largestOf = ({ sizes }: Buffer): number => Math.max(0, ...sizes);
const areaOf = ({ sizes }: Buffer): number => sizes.reduce((sum, size) => sum + size, 0);

/** Large ones first, long-lived ones first, and in the order of time. */
function goodOrders(buffers: readonly Buffer[]): number[][] {
  const by = (rank: (buffer: Buffer) => number): number[] =>
    buffers.map((_, i) => i).sort((a, b) => rank(buffers[b]!) - rank(buffers[a]!) || a - b);
  return [
    by(largestOf),
    by(areaOf),
    by(({ sizes }) => sizes.length),
    by(({ first }) => -first),
    by(({ first, sizes }) => first + sizes.length),
  ];
}

function* permutations(items: readonly number[]): Generator<number[]> {
  if (items.length <= 1) yield [...items];
  else
    for (const [i, item] of items.entries())
      for (const rest of permutations(items.toSpliced(i, 1))) yield [item, ...rest];
}

/** Numbers in [0, 1), the same each time. Source: the generator mulberry32, public domain. */
function generator(): () => number {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

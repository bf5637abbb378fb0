/**
 * Small deterministic generator for drawing pictures and splitting folders: a Weyl sequence through MurmurHash3's
 * 32-bit finalizer (the 32-bit form of SplitMix; Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators", 2014). Only integer arithmetic, sums and products, so that every machine draws the same bytes.
 */
export class Random {
  private state: number;

  /** Each list of keys (seed, split, picture…) is a stream of its own. */
  constructor(...keys: number[]) {
    let state = 0x9e3779b9;
    for (const key of keys) {
      // A seed may exceed 32 bits: both halves count.
      state = finalize(Math.imul(state, 5) + (key >>> 0));
      state = finalize(state ^ Math.floor(key / 2 ** 32));
    }
    this.state = state | 0;
  }

  /** A whole number in [0, 2^32). */
  next(): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    return finalize(this.state) >>> 0;
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.next() / 2 ** 32);
  }

  /** A whole number in [0, count). */
  below(count: number): number {
    return Math.floor((this.next() / 2 ** 32) * count);
  }

  /** About normal(0, 1): the sum of four uniform 16-bit numbers, scaled. Bounded by ±3.5, and free of log and cos. */
  normal(): number {
    const a = this.next();
    const b = this.next();
    const sum = (a >>> 16) + (a & 0xffff) + (b >>> 16) + (b & 0xffff);
    return (sum / 65535 - 2) * 1.7320508075688772;
  }

  /** Shuffles in place (Fisher and Yates) and returns its argument. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [items[i], items[j]] = [items[j]!, items[i]!];
    }
    return items;
  }
}

function finalize(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

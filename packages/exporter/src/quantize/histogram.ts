import type { Range } from './parameters.ts';

/** The greatest power of two that a histogram's side may start from; what is smaller counts as zero. */
const leastSide = 2 ** -120;

/**
 * Counts of numbers in bins of one width on both sides of zero, in a fixed amount of memory. When a number lies outside,
 * the width doubles and bins merge in pairs; as widths are powers of two, the counts don't depend on the order in which
 * the numbers come.
 */
export class Histogram {
  /** Bins on each side of zero, a power of two. */
  readonly bins: number;
  min = Infinity;
  max = -Infinity;
  count = 0;
  readonly #positive: Float64Array;
  readonly #negative: Float64Array;
  #zeros = 0;
  /** What each side spans; 0 until there is something to span. */
  #side = 0;

  constructor(bins = 2048) {
    this.bins = bins;
    this.#positive = new Float64Array(bins);
    this.#negative = new Float64Array(bins);
  }

  /** The width of one bin; 0 as long as only zeros came. */
  get width(): number {
    return this.#side / this.bins;
  }

  /** Counts all of `xs`. Returns false, and leaves the histogram unusable, when one is not finite. */
  add(xs: ArrayLike<number>): boolean {
    let { min, max } = this;
    for (let i = 0; i < xs.length; i++) {
      const x = xs[i]!;
      if (!Number.isFinite(x)) return false;
      if (x < min) min = x;
      if (x > max) max = x;
    }
    this.min = min;
    this.max = max;
    this.count += xs.length;
    this.#widen(Math.max(-min, max));
    const perUnit = this.bins / this.#side;
    for (let i = 0; i < xs.length; i++) {
      const x = xs[i]!;
      const bin = this.#side === 0 ? 0 : Math.floor(Math.abs(x) * perUnit);
      if (x > 0) this.#positive[bin]! += 1;
      else if (x < 0) this.#negative[bin]! += 1;
      else this.#zeros += 1;
    }
    return true;
  }

  /** The range that holds the middle `share` of the numbers, half of the rest on either side; never more than min and max. */
  middle(share: number): Range {
    const outside = (this.count * (1 - share)) / 2;
    return {
      min: Math.max(this.min, this.#quantile(outside)),
      max: Math.min(this.max, 0 - this.#mirrored().#quantile(outside)),
    };
  }

  /** Where `rank` numbers lie below, by straight lines within the bins. */
  #quantile(rank: number): number {
    if (rank <= 0) return this.min;
    let left = rank;
    const { width } = this;
    for (let bin = this.bins - 1; bin >= 0; bin--) {
      const count = this.#negative[bin]!;
      if (left < count) return -(bin + 1 - left / count) * width;
      left -= count;
    }
    if (left < this.#zeros) return 0;
    left -= this.#zeros;
    for (let bin = 0; bin < this.bins; bin++) {
      const count = this.#positive[bin]!;
      if (left < count) return (bin + left / count) * width;
      left -= count;
    }
    return this.max;
  }

  #mirrored(): Histogram {
    const other = new Histogram(this.bins);
    other.#positive.set(this.#negative);
    other.#negative.set(this.#positive);
    other.#zeros = this.#zeros;
    other.#side = this.#side;
    other.count = this.count;
    other.min = -this.max;
    other.max = -this.min;
    return other;
  }

  #widen(bound: number): void {
    if (bound <= 0) return;
    const counted = this.#side > 0;
    if (!counted) this.#side = leastSide;
    while (bound >= this.#side) {
      this.#side *= 2;
      if (counted) for (const side of [this.#positive, this.#negative]) mergePairs(side);
    }
  }
}

function mergePairs(counts: Float64Array): void {
  const half = counts.length / 2;
  for (let i = 0; i < half; i++) counts[i] = counts[2 * i]! + counts[2 * i + 1]!;
  counts.fill(0, half);
}

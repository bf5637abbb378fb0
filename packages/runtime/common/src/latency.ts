/** Figures of the runs since loading, or since `reset`; milliseconds of one run, which holds one batch. */
export interface LatencyFigures {
  readonly runs: number;
  readonly pictures: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

// Buckets grow by 2 % from a microsecond to an hour, so a quantile is off by 1 % at most and memory stays flat.
const growth = Math.log(1.02);
const smallest = 0.001;
const buckets = Math.ceil(Math.log(3.6e6 / smallest) / growth);

export class LatencyHistogram {
  readonly #counts = new Float64Array(buckets);
  /** Times that are in no bucket yet: to put them there one by one would cost a small model 1 % of its time. */
  readonly #recent = new Float64Array(256);
  #recorded = 0;
  #runs = 0;
  #pictures = 0;
  #sum = 0;
  #max = 0;

  record(milliseconds: number, pictures: number): void {
    this.#recent[this.#recorded++] = milliseconds;
    this.#pictures += pictures;
    if (this.#recorded === this.#recent.length) this.#sort();
  }

  #sort(): void {
    for (const milliseconds of this.#recent.subarray(0, this.#recorded)) {
      const bucket = Math.floor(Math.log(Math.max(milliseconds, smallest) / smallest) / growth);
      this.#counts[Math.min(bucket, buckets - 1)]!++;
      this.#sum += milliseconds;
      this.#max = Math.max(this.#max, milliseconds);
    }
    this.#runs += this.#recorded;
    this.#recorded = 0;
  }

  /** The smallest time that at least the share `q` of the runs did not exceed, within 1 %; NaN without runs. */
  quantile(q: number): number {
    this.#sort();
    if (this.#runs === 0) return Number.NaN;
    const rank = Math.max(1, Math.ceil(q * this.#runs));
    let seen = 0;
    const bucket = this.#counts.findIndex((count) => {
      seen += count;
      return seen >= rank;
    });
    return Math.min(smallest * Math.exp((bucket + 0.5) * growth), this.#max);
  }

  figures(): LatencyFigures {
    this.#sort();
    return {
      runs: this.#runs,
      pictures: this.#pictures,
      mean: this.#sum / this.#runs,
      p50: this.quantile(0.5),
      p95: this.quantile(0.95),
      max: this.#runs ? this.#max : Number.NaN,
    };
  }

  reset(): void {
    this.#counts.fill(0);
    this.#recorded = this.#runs = this.#pictures = this.#sum = this.#max = 0;
  }
}

import { median } from '../page/format.ts';

/** The median of the last so many numbers. */
export class Recent {
  readonly #most: number;
  #numbers: number[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  add(number: number): void {
    this.#numbers.push(number);
    if (this.#numbers.length > this.#most) this.#numbers.shift();
  }

  get count(): number {
    return this.#numbers.length;
  }

  /** NaN before the first number. */
  get median(): number {
    return this.#numbers.length > 0 ? median(this.#numbers) : Number.NaN;
  }

  reset(): void {
    this.#numbers = [];
  }
}

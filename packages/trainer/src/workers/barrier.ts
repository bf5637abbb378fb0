const arrived = 0;
const failed = 1;

/** Where the workers wait for each other: nobody goes on before all have arrived. The count of arrivals only grows, so that nobody can be overtaken. */
export class Barrier {
  readonly memory: Int32Array<SharedArrayBuffer>;
  readonly #workers: number;
  #waits = 0;

  constructor(workers: number, memory = new Int32Array(new SharedArrayBuffer(8))) {
    this.memory = memory;
    this.#workers = workers;
  }

  /** Waits until all workers are there. @returns whether none of them has failed */
  wait(): boolean {
    this.#waits++;
    this.#arrive();
    const target = this.#waits * this.#workers;
    for (let now = this.#arrivals; now < target && !this.#hasFailed; now = this.#arrivals)
      Atomics.wait(this.memory, arrived, now);
    return !this.#hasFailed;
  }

  /** For a worker that failed or died: nobody waits any more, and every wait tells it. */
  fail(): void {
    Atomics.store(this.memory, failed, 1);
    this.#arrive();
  }

  get #arrivals(): number {
    return Atomics.load(this.memory, arrived);
  }

  get #hasFailed(): boolean {
    return Atomics.load(this.memory, failed) !== 0;
  }

  #arrive(): void {
    Atomics.add(this.memory, arrived, 1);
    Atomics.notify(this.memory, arrived);
  }
}

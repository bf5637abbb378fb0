const arrived = 0;
const failed = 1;

/**
 * Where the workers wait for each other between the gradients and the update of a step. The count of arrivals only
 * grows, so that nobody can be overtaken by the next step.
 */
export class Meeting {
  readonly memory: Int32Array<SharedArrayBuffer>;
  readonly #workers: number;
  #steps = 0;

  constructor(workers: number, memory = new Int32Array(new SharedArrayBuffer(8))) {
    this.memory = memory;
    this.#workers = workers;
  }

  /** Waits until all workers are there. @returns whether none of them has failed */
  meet(): boolean {
    this.#steps++;
    this.#arrive(1);
    const target = this.#steps * this.#workers;
    for (let now = Atomics.load(this.memory, arrived); now < target; now = Atomics.load(this.memory, arrived))
      Atomics.wait(this.memory, arrived, now);
    return Atomics.load(this.memory, failed) === 0;
  }

  /** Tells the others that there will be no step any more. */
  fail(): void {
    Atomics.store(this.memory, failed, 1);
  }

  /** For a worker that died: nobody waits for it. */
  abandon(): void {
    this.fail();
    this.#arrive(2 ** 30);
  }

  #arrive(count: number): void {
    Atomics.add(this.memory, arrived, count);
    Atomics.notify(this.memory, arrived);
  }
}

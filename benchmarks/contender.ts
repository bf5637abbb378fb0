/** Numbers of one step that every contender must agree on before anything is timed. */
export interface StepResult {
  readonly loss: number;
  readonly gradients: Readonly<Record<string, ArrayLike<number>>>;
}

/** One way to run a training step of the same network, from the same weights, on the same batch. */
export interface Contender {
  readonly name: string;
  /** Loss and gradients at the initial weights. */
  check(): Promise<StepResult> | StepResult;
  /** One training step, with the update; gives the loss, so that nothing can be left out. */
  step(): Promise<number> | number;
  dispose?(): void;
}

/** A benchmark by its name on the command line. */
export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  /** @returns what is written as JSON beside the printed table */
  run(log: (line: string) => void): Promise<unknown>;
}

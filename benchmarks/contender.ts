/** What is timed, step by step. */
export interface Timed {
  readonly name: string;
  /** Gives a number that depends on the whole step, so that nothing can be left out. */
  step(): Promise<number>;
  dispose?(): Promise<void>;
}

/** One way to run training steps of the same network, from the same weights, on the same batch. */
export interface Contender extends Timed {
  /** Pictures of its batch: the first ones of the task's. */
  readonly batch: number;
  /** In how many parts it runs the batch, each with its own batch statistics. */
  readonly parts: number;
  /** Whether it is another library. */
  readonly peer: boolean;
  /** How many processors it may use, which decides what it is measured against. */
  readonly threads: 1 | 2;
  /** Whether the first step takes longer than others, because something is compiled in it. */
  readonly compiles: boolean;
  /** One step with the update; gives the loss. */
  step(): Promise<number>;
  /** Of the first step, after it: what momentum remembers then. By the names of the parameters. */
  gradients(): Promise<Gradients>;
}

export type Gradients = Readonly<Record<string, ArrayLike<number>>>;

/** A benchmark by its name on the command line. */
export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  /** What it can be narrowed down to, by further names on the command line. */
  readonly choices: readonly string[];
  /**
   * @param chosen some of the choices
   * @returns what is written as JSON beside the printed tables
   */
  run(log: (line: string) => void, chosen: readonly string[]): Promise<unknown>;
}

/** Training that can't go on: a loss that is not a finite number. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';
  /** Counted from 0. */
  readonly epoch: number;
  /** Counted from 0 within the epoch. */
  readonly step: number;
  /** The first operator or tensor that was not finite, `conv2/Conv`; undefined where none was found. */
  readonly source: string | undefined;

  constructor(problem: string, at: { epoch: number; step: number; source?: string | undefined }) {
    super(problem);
    this.epoch = at.epoch;
    this.step = at.step;
    this.source = at.source;
  }
}

/**
 * Where the checkpoints of a run are kept: the latest one, and best one before it too. `checkpointFile` of
 * `@trainyard/trainer/node` keeps both on disk.
 */
export interface CheckpointStore {
  /** Names it in errors. */
  readonly name: string;
  /** The latest one, or undefined before the first. @throws CheckpointError when it can't be read */
  read(): Promise<Uint8Array | undefined>;
  /**
   * Puts the latest one aside because it is damaged, so that `read` gives the one before and no write takes that away.
   * A store that keeps one alone lacks this: training then starts anew.
   * @returns what the damaged one is called now
   */
  setAside?(): Promise<string>;
  /** Replaces it whole or not at all. */
  write(bytes: Uint8Array): Promise<void>;
}

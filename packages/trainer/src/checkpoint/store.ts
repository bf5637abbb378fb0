/** Where the checkpoint of a run is kept. `checkpointFile` of `@trainyard/trainer/node` is one on disk. */
export interface CheckpointStore {
  /** Names it in errors. */
  readonly name: string;
  /** What to do about a damaged one; it ends the error. */
  readonly remedy?: string;
  /** The latest one, or undefined before the first. */
  read(): Promise<Uint8Array | undefined>;
  /** Replaces it whole or not at all. */
  write(bytes: Uint8Array): Promise<void>;
}

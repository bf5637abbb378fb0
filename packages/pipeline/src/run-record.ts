import type { EpochRecord } from '@trainyard/trainer';

/** How a training went: what the report tells of it. Times differ from run to run, so no later stage depends on it. */
export interface RunRecord {
  /** What ran the steps: `compiled, 2 threads`, `eager`. */
  readonly executor: string;
  /** Why that is `eager`, where it should have been compiled. */
  readonly fallback?: string;
  readonly epochs: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  readonly history: readonly EpochRecord[];
  /** The commit whose code trained, or null outside of a repository. */
  readonly commit: string | null;
}

import type { JsonObject, Registry, Run, Store } from '@trainyard/registry';
import type { Queue } from './queue.ts';

/** A stage of a flow: what runs around the work itself, which the child process does. */
export interface FlowStage {
  readonly name: string;
  /** Which files of the run, left by its earlier stages, the work reads; all unless given. */
  readonly reads?: (file: string) => boolean;
  /** Puts what else the work reads into its folder; runs in the worker, which has the store. */
  readonly prepare?: (context: StageSetting) => Promise<void>;
  /**
   * What the result changes in the registry; runs in the transaction that ends the stage, so it happens once or not at
   * all. Uses `registry` alone, and may run again after a deadlock.
   */
  readonly settle?: (context: StageEnd) => Promise<void>;
}

export interface StageSetting {
  readonly store: Store;
  readonly run: Run;
  readonly folder: string;
}

export interface StageEnd {
  readonly registry: Registry;
  readonly queue: Queue;
  /** At work still: its token is that of this worker. */
  readonly run: Run;
  readonly result: JsonObject;
}

/** Stages, one after the other. */
export interface Flow {
  readonly name: string;
  /** The URL of the module whose default export, a `StageWork`, does each stage's work in the child process. */
  readonly module: string;
  readonly stages: readonly FlowStage[];
  /** Whether each run gets a process of its own, because the module loads code that changes between runs. */
  readonly fresh?: boolean;
  /** What follows from the end of a run, in the transaction that ends it. */
  readonly onEnd?: (context: Omit<StageEnd, 'result'>) => Promise<void>;
}

/** What the child process gets. Files of earlier stages lie in the folder under their names. */
export interface StageTask {
  readonly stage: string;
  readonly run: Pick<
    Run,
    'id' | 'pipeline' | 'config' | 'seeds' | 'parent' | 'dataset' | 'commit' | 'trigger'
  >;
  readonly folder: string;
}

export interface StageContext {
  /** Fires when the worker stops or the run is cancelled: end soon, at a point from which the work can go on. */
  readonly signal: AbortSignal;
  /** How far the work is, 0 to 1, with a line for people. */
  readonly progress: (share: number, note?: string) => void;
  /** Metrics by step, for the run. */
  readonly log: (
    points: readonly { readonly name: string; readonly step: number; readonly value: number }[],
  ) => void;
}

export interface StageResult {
  /** Paths of files in the folder that later stages, or people, want; kept as artifacts of the run. */
  readonly files?: readonly string[];
  /** Plain data for `settle` and for pages. */
  readonly result?: JsonObject;
}

/** Does the work of a stage in the child process. It must give the same files when it is done again. */
export type StageWork = (task: StageTask, context: StageContext) => Promise<StageResult>;

/** Thrown by the work of a stage that no retry can help, such as a config that is wrong. */
export class FinalError extends Error {
  override readonly name = 'FinalError';
}

import type { Callback } from '@trainyard/trainer';
import type { ConsolaInstance } from 'consola';
import type { Pipeline, StageName } from './config.ts';
import type { PipelineFolder } from './folder.ts';

export interface StageContext {
  readonly folder: PipelineFolder;
  readonly log: ConsolaInstance;
  /** Fires on Ctrl-C; long stages stop cleanly and can go on later. */
  readonly signal: AbortSignal;
  /** Told how a training goes; the terminal unless given. */
  readonly progress?: Callback;
  /** Seconds between two checkpoints of a training; 10 unless given. */
  readonly checkpointSeconds?: number;
  /** The config as it stands after the command line's options; only the stage `config` reads it. */
  readonly loadPipeline: () => Promise<Pipeline>;
}

/** A stage reads its section of the config and its predecessors' files, and writes its own folder. */
export type Stage = (context: StageContext) => Promise<void>;
/** `profile` has no section of the config: it reads that of `train`. */
export type StageTable = Readonly<
  Record<StageName | 'config' | 'profile', () => Promise<{ default: Stage }>>
>;

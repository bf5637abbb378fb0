import type { OrtNamespace, Tensors } from '@trainyard/autograd';
import type { CheckpointStore, EpochRecord } from './checkpoint/index.ts';
import type { Augmentation, ImageShape } from './data/index.ts';
import type { ImageSplit } from './dataset.ts';
import type { Executor } from './executor.ts';
import type { Regularization } from './optim/gradients.ts';
import type { Optimizer } from './optim/optimizer.ts';
import type { Schedule } from './optim/schedule.ts';
import type { Loss, StepRecipe } from './train-step.ts';

/** What is watched to tell a better epoch from a worse one; of the validation split where there is one. */
export type Monitor = 'accuracy' | 'loss';

export interface RunShape {
  /** What runs the steps. */
  readonly executor: string;
  /** Why that is `eager`, where no ONNX Runtime was found. */
  readonly fallback?: string;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Pictures of one epoch. */
  readonly pictures: number;
  /** Where the run begins: the epoch, from 0, and the steps of it that are done already. */
  readonly epoch: number;
  readonly step: number;
}

export interface StepEvent {
  /** Counted from 0. */
  readonly epoch: number;
  /** Steps of this epoch that are done, this one included. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly loss: number;
  /** Means over the epoch so far. */
  readonly meanLoss: number;
  readonly meanAccuracy: number;
  readonly learningRate: number;
}

export interface EpochEvent {
  readonly history: readonly EpochRecord[];
  stop(): void;
}

/** Told of what happens; each function may be left out. The network holds the epoch's values in `onEpoch`. */
export interface Callback {
  onBegin?(run: RunShape): void | Promise<void>;
  onStep?(event: StepEvent): void | Promise<void>;
  /** `stop` ends the run after this epoch. */
  onEpoch?(record: EpochRecord, run: EpochEvent): void | Promise<void>;
  onEnd?(result: FitResult): void | Promise<void>;
}

export interface FitOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  /** Cross-entropy with `labelSmoothing` unless given. */
  readonly loss?: Loss;
  readonly labelSmoothing?: number;
  readonly augment?: Augmentation;
  /** Decides initial values, order, augmentation and dropout; the same seed gives the same bytes. */
  readonly seed: number;
  readonly validation?: ImageSplit;
  readonly monitor?: Monitor;
  /** Stops after `patience` epochs in a row that were not better by more than `minDelta` (0 unless given). */
  readonly earlyStopping?: { readonly patience: number; readonly minDelta?: number };
  /** Whether the network ends with the values of its best epoch instead of the last one. */
  readonly keepBest?: boolean;
  readonly callbacks?: readonly Callback[];
  readonly progress?: Callback;
  /** Written after so many steps or seconds, after every epoch where neither is given, and when the run ends. */
  readonly checkpoint?: {
    readonly store: CheckpointStore;
    readonly everySteps?: number;
    readonly everySeconds?: number;
  };
  /** Goes on from the checkpoint, where there is one. */
  readonly resume?: boolean;
  readonly signal?: AbortSignal;
  /** Pruning masks of 0 and 1 by the name of their parameter; what is 0 stays 0. */
  readonly masks?: Tensors;
  readonly regularize?: Regularization;
  readonly clipGradients?: StepRecipe['clipGradients'];
  /**
   * What runs the steps. `compiled`, unless given: one ONNX graph that ONNX Runtime runs, in Node in threads beside
   * this one, elsewhere with the `ort` that is handed in. `eager`: every operator in plain TypeScript.
   */
  readonly executor?: 'compiled' | 'eager' | Executor;
  /** ONNX Runtime: the namespace of onnxruntime-web, or of another build. In Node, onnxruntime-node is found. */
  readonly ort?: OrtNamespace;
  /**
   * Threads that train on a part of each batch each; their gradients are averaged in a fixed order. 1 unless given.
   * Batch norm then takes the statistics of a part.
   */
  readonly workers?: number;
  /** Threads of one operator, of each worker; all processors, shared among the workers, unless given. */
  readonly threads?: number;
  /** Needed only where the pictures are not square. */
  readonly imageShape?: ImageShape;
}

export interface FitResult {
  readonly history: readonly EpochRecord[];
  /** `completed` all epochs, `early` for want of progress, `callback` said stop, or the signal `aborted` it. */
  readonly stopped: 'completed' | 'early' | 'callback' | 'aborted';
  /** The best epoch by the monitor, counted from 1, where one was finished. */
  readonly best?: { readonly epoch: number; readonly score: number };
  /** What ran the steps. */
  readonly executor: string;
  /** Why that is `eager`, where another one was asked for. */
  readonly fallback?: string;
}

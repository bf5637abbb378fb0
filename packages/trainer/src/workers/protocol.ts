import type { RuntimeModel } from '@trainyard/autograd';
import type { SharedTensors } from './shared-tensors.ts';

/** What a thread is started with. */
export interface ThreadStart {
  /** Its place among the workers. */
  readonly index: number;
  readonly workers: number;
  /** Options of ONNX Runtime's sessions. */
  readonly session: object;
  /** Where the workers wait for each other, the memory of a `Barrier`. */
  readonly barrier: Int32Array<SharedArrayBuffer>;
  /** One number: how many messages the thread has not done yet. */
  readonly pending: Int32Array<SharedArrayBuffer>;
}

/** An ONNX graph, and its results: by their own names, what the graph calls them. */
export interface SentGraph extends RuntimeModel {
  readonly outputs: readonly (readonly [name: string, inGraph: string])[];
}

/** How batches of one size are trained on: by one worker as a whole, or by several together. */
export type SentPlan = SentWhole | SentTogether;

export interface SentWhole {
  readonly kind: 'whole';
  readonly key: string;
  readonly step: SentGraph;
  readonly feeds: SharedTensors;
}

export interface SentTogether {
  readonly kind: 'together';
  readonly key: string;
  /** This worker's part; absent where the batch has fewer pictures than there are workers. */
  readonly part: { readonly gradients: SentGraph; readonly feeds: SharedTensors } | undefined;
  /** Moves the parameters that are this worker's own, where it has some. It takes what `updateInputs` names. */
  readonly update: SentGraph | undefined;
  readonly updateInputs: readonly string[];
  readonly updateFeeds: SharedTensors;
  /** Tensors of the state that this worker moves alone, and those that others do. */
  readonly own: readonly string[];
  readonly others: readonly string[];
  /** Where workers leave the parameters that they moved for the others. */
  readonly params: SharedTensors;
  /** What every part leaves, gradients and buffers, and its share of the pictures. */
  readonly parts: readonly { readonly results: SharedTensors; readonly share: number }[];
}

export type ToThread =
  | { readonly kind: 'plan'; readonly plan: SentPlan }
  | { readonly kind: 'load'; readonly state: SharedTensors }
  | { readonly kind: 'step'; readonly key: string }
  | { readonly kind: 'read'; readonly which: 'after' | 'before'; readonly state: SharedTensors }
  | { readonly kind: 'close' };

/** Each message is answered by one, in order. */
export type FromThread =
  | { readonly kind: 'done'; readonly figures?: { readonly loss: number; readonly correct: number } }
  /** Without a message where another worker's failure is the reason. */
  | { readonly kind: 'failed'; readonly message?: string };

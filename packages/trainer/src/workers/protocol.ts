import type { SharedTensors } from './shared-tensors.ts';

/** What a thread is started with. */
export interface ThreadStart {
  /** Its place among the workers. */
  readonly index: number;
  readonly workers: number;
  /** Options of ONNX Runtime's sessions. */
  readonly session: object;
  /** Where the workers meet, see `Meeting`. */
  readonly meeting: Int32Array<SharedArrayBuffer>;
}

/** An ONNX graph, and its results: by their own names, what the graph calls them. */
export interface SentGraph {
  readonly model: Uint8Array;
  readonly outputs: readonly (readonly [name: string, inGraph: string])[];
}

/** How a batch of one size is trained on. */
export interface SentPlan {
  readonly key: string;
  /** This worker's part; absent where the batch has fewer pictures than there are workers. */
  readonly part: { readonly gradients: SentGraph; readonly feeds: SharedTensors } | undefined;
  readonly update: SentGraph;
  readonly learningRate: SharedTensors;
  /** What every part leaves: gradients and buffers. */
  readonly parts: readonly SharedTensors[];
  readonly workers: number;
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

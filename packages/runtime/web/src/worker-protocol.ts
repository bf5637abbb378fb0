import type { ErrorData, LoadProgress, ModelSignature, PassedOver } from '@trainyard/runtime-common';
import type { SentPicture } from './picture.ts';
import type { RuntimeOptions } from './runtime.ts';

export type ToWorker =
  /** The first message: ONNX Runtime begins to load. */
  | { readonly kind: 'start'; readonly options: RuntimeOptions }
  | {
      readonly kind: 'load';
      readonly model: Uint8Array;
      readonly signature: ModelSignature;
      readonly threads: number;
    }
  /** `pixels` is transferred, and comes back with the answer. */
  | { readonly kind: 'run'; readonly id: number; readonly pixels: Uint8Array; readonly batch: number }
  | { readonly kind: 'prepare'; readonly id: number; readonly picture: SentPicture }
  | { readonly kind: 'dispose' };

/** Answers by the id of the message; to `prepare` the bytes the model takes. */
export type FromWorker =
  /** The worker has read its script; it holds this lock as long as it lives, where there are locks. */
  | { readonly kind: 'started'; readonly lock: string | undefined }
  | { readonly kind: 'progress'; readonly progress: LoadProgress }
  | { readonly kind: 'warning'; readonly text: string }
  | ({ readonly kind: 'ready' } & Loaded)
  | { readonly kind: 'notLoaded'; readonly error: ErrorData }
  | { readonly kind: 'ran'; readonly id: number; readonly pixels: Uint8Array; readonly result: Float32Array }
  | { readonly kind: 'prepared'; readonly id: number; readonly result: Uint8Array }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorData }
  | { readonly kind: 'disposed' };

/** What is known of a model that was loaded. */
export interface Loaded {
  readonly provider: string;
  readonly passedOver: readonly PassedOver[];
  readonly threads: number;
}

import type { ErrorData, ModelSignature, PassedOver, RawPicture } from '@trainyard/runtime-common';
import type { DecodeOptions } from './decode.ts';
import type { OrtOptions } from './session-options.ts';

/** What a worker thread is started with. */
export interface WorkerStart {
  readonly model: Uint8Array;
  readonly signature: ModelSignature;
  readonly options: OrtOptions;
}

/** A picture as a thread can be given it. */
export type SentPicture = string | Uint8Array | RawPicture;

export type ToWorker =
  /** `pixels` is transferred, and comes back with the answer. */
  | { readonly kind: 'run'; readonly id: number; readonly pixels: Uint8Array; readonly batch: number }
  | {
      readonly kind: 'prepare';
      readonly id: number;
      readonly picture: SentPicture;
      readonly options: DecodeOptions;
    }
  | { readonly kind: 'dispose' };

/** Answers by the id of the message; to `prepare` the bytes the model takes. */
export type FromWorker =
  | { readonly kind: 'ready'; readonly provider: string; readonly passedOver: readonly PassedOver[] }
  | { readonly kind: 'notLoaded'; readonly error: ErrorData }
  | { readonly kind: 'ran'; readonly id: number; readonly pixels: Uint8Array; readonly result: Float32Array }
  | { readonly kind: 'prepared'; readonly id: number; readonly result: Uint8Array }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorData };

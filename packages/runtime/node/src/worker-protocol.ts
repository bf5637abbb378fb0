import type { ErrorData, ModelSignature } from '@trainyard/runtime-common';
import type { OrtOptions, PassedOver } from './session-options.ts';

/** What a worker thread is started with. */
export interface WorkerStart {
  readonly model: Uint8Array;
  readonly signature: ModelSignature;
  readonly options: OrtOptions;
}

export type ToWorker =
  /** `pixels` is transferred, and comes back with the answer. */
  | { readonly kind: 'run'; readonly id: number; readonly pixels: Uint8Array; readonly batch: number }
  | { readonly kind: 'dispose' };

export type FromWorker =
  | { readonly kind: 'ready'; readonly provider: string; readonly passedOver: readonly PassedOver[] }
  | { readonly kind: 'notLoaded'; readonly error: ErrorData }
  | {
      readonly kind: 'ran';
      readonly id: number;
      readonly pixels: Uint8Array;
      readonly result: Float32Array | ErrorData;
    };

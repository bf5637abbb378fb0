import type { OrtNamespace } from '@trainyard/autograd';
import type { Executor } from '../executor.ts';
import type { WorkersOptions } from '../workers/options.ts';

/** ONNX Runtime, or why there is none and what to do. */
export type FoundOrt =
  | { readonly ort: OrtNamespace; readonly missing?: undefined }
  | { readonly ort?: undefined; readonly missing: string };

/** What a platform brings for compiled training. Which one is there is decided by the package's `imports`. */
export interface Platform {
  /** The ONNX Runtime of this platform, where it is installed. */
  findOrt(): Promise<FoundOrt>;
  /** Trains in threads beside this one. */
  readonly workers?: (options: WorkersOptions) => Executor;
}

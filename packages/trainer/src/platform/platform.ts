import type { OrtNamespace } from '@trainyard/autograd';
import type { Executor } from '../executor.ts';
import type { WorkersOptions } from '../workers/options.ts';

/** What a platform brings for compiled training. Which one is there is decided by the package's `imports`. */
export interface Platform {
  /** The ONNX Runtime of this platform, where it is installed. */
  findOrt(): Promise<OrtNamespace | undefined>;
  /** Why there is none, and what to do. */
  readonly withoutOrt: string;
  /** Trains in threads beside this one. */
  readonly workers?: (options: WorkersOptions) => Executor;
}

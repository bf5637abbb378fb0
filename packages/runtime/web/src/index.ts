import { type BundlePlace, loadBundleIn } from './load-bundle.ts';
import type { WebClassifier, WebOptions } from './web-options.ts';

export type {
  Classification,
  LoadProgress,
  PassedOver,
  RawPicture,
} from '@trainyard/runtime-common';
export type { BundlePlace } from './load-bundle.ts';
export type { Picture } from './picture.ts';
export { sha256 } from './sha256.ts';
export type { WebClassifier, WebOptions } from './web-options.ts';

/**
 * Loads a variant of a bundle into ONNX Runtime, in a worker unless told otherwise. ONNX Runtime and the model load at
 * the same time; what was loaded before comes from Cache Storage.
 * @throws BundleError when a byte is not as released, a file is not there, or the page is offline; VariantError;
 *   ProviderError; MemoryError; WorkerError; the signal's reason
 */
export const loadBundle = (place: BundlePlace, options: WebOptions = {}): Promise<WebClassifier> =>
  loadBundleIn(
    {
      startWorker: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
      importHost: () => import('./host.ts'),
    },
    place,
    options,
  );

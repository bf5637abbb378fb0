import { type BundlePlace, loadBundleIn } from './load-bundle.ts';
import type { WebClassifier, WebOptions } from './web-options.ts';

// The entry of `trainyard-web.js`, for pages without a bundler: a script tag makes it the global `trainyard`.

export {
  BundleError,
  DisposedError,
  MemoryError,
  memorySource,
  PictureError,
  ProviderError,
  packedSource,
  RuntimeError,
  VariantError,
  WorkerError,
} from '@trainyard/runtime-common';

const own = (document.currentScript as HTMLScriptElement | null)?.src || document.baseURI;

const workerScript = (): URL => new URL('trainyard-web.worker.js', own);

/** The worker's script and ONNX Runtime's files lie beside this one. @see loadBundle in `index.ts` */
export const loadBundle = (place: BundlePlace, options: WebOptions = {}): Promise<WebClassifier> =>
  loadBundleIn(
    {
      startWorker: () => workerAt(workerScript()),
      importHost: () => import(/* @vite-ignore */ workerScript().href),
      ortPath: () => new URL('.', own).href,
    },
    place,
    options,
  );

/** A worker's script has to be of the page's origin; one that imports another need not. */
function workerAt(url: URL): Worker {
  if (url.origin === location.origin) return new Worker(url, { type: 'module' });
  const text = `import ${JSON.stringify(url.href)};`;
  const address = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  return new Worker(address, { type: 'module' });
}

import type { Manifest } from '@trainyard/runtime-common';
import { type BundlePlace, loadBundle, type WebClassifier, type WebOptions } from '@trainyard/runtime-web';

export interface Wish {
  readonly place: BundlePlace;
  readonly variant: string;
  readonly provider: 'wasm' | 'webgpu';
}

export interface ModelEvents {
  /** 0 to 1, or undefined where the size is not known. */
  onProgress(share: number | undefined, wish: Wish): void;
  onLoaded(classifier: WebClassifier, wish: Wish): void;
  /** The model that was loaded before, where there was one, goes on. */
  onFailed(error: unknown, wish: Wish): void;
  /** Milliseconds of one picture, after each. */
  onRun(milliseconds: number): void;
}

/** WebAssembly becomes fast while it runs. */
const warmUpRuns = 10;

/** The model of the page: one at a time; a newer wish takes the place of one that is still loading. */
export class PageModel {
  readonly #events: ModelEvents;
  #classifier: WebClassifier | undefined;
  #loading: AbortController | undefined;

  constructor(events: ModelEvents) {
    this.#events = events;
  }

  get classifier(): WebClassifier | undefined {
    return this.#classifier;
  }

  get manifest(): Manifest | undefined {
    return this.#classifier?.manifest;
  }

  async use(wish: Wish): Promise<void> {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    const progress = new Map<string, { bytes: number; total: number | undefined }>();
    const options: WebOptions = {
      variant: wish.variant,
      executionProviders: wish.provider === 'webgpu' ? ['webgpu', 'wasm'] : ['wasm'],
      signal: loading.signal,
      onProgress: ({ file, bytes, total }) => {
        progress.set(file, { bytes, total });
        if (!loading.signal.aborted) this.#events.onProgress(shareOf([...progress.values()]), wish);
      },
      onRun: ({ milliseconds, batch, warmup }) => {
        if (!warmup) this.#events.onRun(milliseconds / batch);
      },
    };
    try {
      const classifier = await loadBundle(wish.place, options);
      await classifier.warmup(Array.from({ length: warmUpRuns }, () => 1));
      if (loading.signal.aborted) return await classifier.dispose();
      const before = this.#classifier;
      this.#classifier = classifier;
      this.#events.onLoaded(classifier, wish);
      await before?.dispose();
    } catch (error) {
      if (!loading.signal.aborted) this.#events.onFailed(error, wish);
    } finally {
      if (this.#loading === loading) this.#loading = undefined;
    }
  }
}

function shareOf(files: readonly { bytes: number; total: number | undefined }[]): number | undefined {
  if (files.some(({ total }) => total === undefined)) return undefined;
  const total = files.reduce((sum, file) => sum + file.total!, 0);
  return total > 0 ? files.reduce((sum, { bytes }) => sum + bytes, 0) / total : undefined;
}

import { memorySource } from '@trainyard/runtime-common';
import { loadBundle, type WebOptions } from '@trainyard/runtime-web';
import { type CaseResult, runRuntimeCases, tinyBundle } from '@trainyard/testing/runtime-cases';

/** What tests call in the page. */
export interface Page {
  readonly loadBundle: typeof loadBundle;
  readonly tinyBundle: typeof tinyBundle;
  /** The conformance suite. */
  conformance(options: WebOptions): Promise<CaseResult[]>;
}

const page: Page = {
  loadBundle,
  tinyBundle,
  conformance: (options) =>
    runRuntimeCases({
      name: 'web',
      load: (files, more) => loadBundle(memorySource(files), { ...more, ...options }),
    }),
};

Object.assign(globalThis, { page });

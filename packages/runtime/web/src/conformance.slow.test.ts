import { pixelsOf, tinyBundle } from '@trainyard/testing/runtime-cases';
import { describe, expect, test } from 'vitest';
import { chromiumMissing, inChromium, readyPage, withSite } from './in-browser.cases.ts';
import type { WebOptions } from './web-options.ts';

const modes: readonly { readonly name: string; readonly options: WebOptions; readonly provider: string }[] = [
  { name: 'WASM, 1 thread, in the page', options: { worker: false, threads: 1 }, provider: 'wasm' },
  { name: 'WASM, 1 thread, in a worker', options: { threads: 1 }, provider: 'wasm' },
  { name: 'WASM, 2 threads, in a worker', options: { threads: 2 }, provider: 'wasm' },
  { name: 'WASM, 2 threads, in the page', options: { worker: false, threads: 2 }, provider: 'wasm' },
  { name: 'WebGPU, in a worker', options: { executionProviders: ['webgpu'] }, provider: 'webgpu' },
];

/** In software, WebGPU shares the page's own thread: there the whole suite takes many minutes, and one bundle some seconds. */
const inThePage: WebOptions = { executionProviders: ['webgpu'], worker: false };

describe.skipIf(chromiumMissing)(inChromium('conformance in the browser'), () => {
  test.each(modes)('$name', ({ options, provider }) =>
    withSite(async ({ browser, url }) => {
      const { page } = await readyPage(browser, url);
      page.setDefaultTimeout(600_000);
      const used = await page.evaluate((given) => inPage.load(undefined, given), options);
      expect(used).toMatchObject({ provider, threads: options.threads ?? 1, passedOver: [] });
      const results = await page.evaluate((given) => inPage.conformance(given), options);
      expect(results.length).toBeGreaterThan(20);
      for (const { name, error } of results) expect(error, name).toBeUndefined();
    }),
  );

  test('WebGPU, in the page, gives the exact logits', () =>
    withSite(async ({ browser, url }) => {
      const { page } = await readyPage(browser, url);
      const loaded = await page.evaluate((given) => inPage.load(undefined, given), inThePage);
      expect(loaded).toMatchObject({ provider: 'webgpu', passedOver: [] });
      const bundle = tinyBundle();
      const { height, width, channels } = bundle.manifest.input;
      expect(loaded.logits).toEqual([...bundle.expected(pixelsOf(height * width * channels))]);
    }));
});

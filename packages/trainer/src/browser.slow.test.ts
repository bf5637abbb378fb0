import { fileURLToPath } from 'node:url';
import {
  bundlePage,
  chromiumMissing,
  openPage,
  serveFolders,
  withChromium,
} from '@trainyard/testing/browser';
import { comparedNetworks, lossesOf, worstDifference } from '@trainyard/testing/training';
import * as ort from 'onnxruntime-node';
import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { PageLosses, PageRun } from './browser-page/page.cases.ts';
import { compiled } from './compiled.ts';
import { eager } from './executor.ts';

const steps = 10;
const pageFolder = fileURLToPath(new URL('browser-page', import.meta.url));
const ortFolder = fileURLToPath(new URL('dist', import.meta.resolve('onnxruntime-web/package.json')));

/** Losses of a run in a page of its own. */
async function inPage(browser: Browser, url: string, run: PageRun): ReturnType<PageLosses> {
  const { page, log } = await openPage(browser, url);
  try {
    await page.waitForFunction('globalThis.losses !== undefined');
    return await page.evaluate((given) => {
      const { losses } = globalThis as unknown as { losses: PageLosses };
      return losses(given);
    }, run);
  } catch (error) {
    throw new Error(`the page failed; its console says:\n${log.join('\n')}`, { cause: error });
  } finally {
    await page.close();
  }
}

const runs = [
  { provider: 'wasm', threads: 1 },
  { provider: 'wasm', threads: 2 },
  { provider: 'webgpu', threads: 1 },
] as const;

const networks = comparedNetworks.filter(({ name }) => name !== 'LeNet5');

describe.skipIf(chromiumMissing)(
  `training in the browser${chromiumMissing ? `: ${chromiumMissing}` : ''}`,
  () => {
    it('gives the losses of Node and of eager, on WASM and on WebGPU', () =>
      bundlePage(pageFolder, (folder) =>
        serveFolders({ '/': folder, '/ort/': ortFolder }, (url) =>
          withChromium(async (browser) => {
            for (const network of networks) {
              const expected = await lossesOf(network, eager, steps);
              const native = await lossesOf(network, compiled({ ort, threads: 1 }), steps);
              for (const run of runs) {
                const what = `${network.name} on ${run.provider}, threads: ${run.threads}`;
                const actual = await inPage(browser, url, { ...run, network: network.name, steps });
                expect(actual.fallback, what).toBeUndefined();
                expect(actual.losses, what).toHaveLength(steps);
                expect(worstDifference(native.losses, actual.losses), what).toBeLessThan(1e-3);
                expect(worstDifference(expected.losses, actual.losses), what).toBeLessThan(1e-3);
              }
            }
          }),
        ),
      ));
  },
);

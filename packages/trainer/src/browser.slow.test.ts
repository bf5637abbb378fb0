import { fileURLToPath } from 'node:url';
import {
  bundlePage,
  chromiumMissing,
  openPage,
  serveFolders,
  withChromium,
} from '@trainyard/testing/browser';
import {
  type ComparedNetwork,
  comparedNetworks,
  lossesOf,
  worstDifference,
} from '@trainyard/testing/training';
import * as ort from 'onnxruntime-node';
import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { PageLosses, PageRun } from './browser-page/page.cases.ts';
import { compiled } from './compiled.ts';
import { eager } from './executor.ts';

const pageFolder = fileURLToPath(new URL('browser-page', import.meta.url));
const ortFolder = fileURLToPath(
  new URL('.', import.meta.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm')),
);
const steps = 10;

/** Losses of a run in a page of its own, and the nodes that its log puts on the processor. */
async function inPage(browser: Browser, url: string, run: PageRun) {
  const { page, log } = await openPage(browser, url);
  try {
    await page.waitForFunction('globalThis.losses !== undefined');
    const results = await page.evaluate((given) => {
      const { losses } = globalThis as unknown as { losses: PageLosses };
      return losses(given);
    }, run);
    return { ...results, placed: placement(log) };
  } catch (error) {
    throw new Error(`the page failed; its console ends with:\n${log.slice(-20).join('\n')}`, {
      cause: error,
    });
  } finally {
    await page.close();
  }
}

/** Nodes by the provider that runs them, from ONNX Runtime's log; `all` where it is one for all. */
function placement(log: readonly string[]): Record<string, string[]> {
  const placed: Record<string, string[]> = {};
  let provider: string | undefined;
  for (const line of log) {
    const [, message] = /VerifyEachNodeIsAssignedToAnEp\] +(.*)/.exec(line) ?? [];
    const [, which, name] = /^(All|Node\(s\)) (?:nodes )?placed on \[(\w+)\]/.exec(message ?? '') ?? [];
    if (name) {
      provider = name;
      placed[provider] = which === 'All' ? ['all'] : [];
    } else if (message && provider) placed[provider].push(message);
    else provider = undefined;
  }
  return placed;
}

/** Small enough for WebGPU in software; with batch norm, dropout, and both kinds of pooling. */
const networks = comparedNetworks
  .filter(({ name }) => name !== 'ResNet8')
  .map((network): ComparedNetwork => ({ ...network, batchSize: 4 }));

const runs = [
  { provider: 'wasm', threads: 1, placed: 'CPUExecutionProvider' },
  { provider: 'wasm', threads: 2, placed: 'CPUExecutionProvider' },
  { provider: 'webgpu', threads: 1, placed: 'WebGpuExecutionProvider' },
] as const;

describe.skipIf(chromiumMissing)(
  `training in the browser${chromiumMissing ? `: ${chromiumMissing}` : ''}`,
  () => {
    it('gives the losses of Node and of eager on WASM and on WebGPU, which runs every node', () =>
      bundlePage(pageFolder, (folder) =>
        serveFolders({ '/': folder, '/ort/': ortFolder }, (url) =>
          withChromium(async (browser) => {
            for (const network of networks) {
              const expected = await lossesOf(network, eager, steps);
              const native = await lossesOf(network, compiled({ ort, threads: 1 }), steps);
              for (const { placed, ...run } of runs) {
                const what = `${network.name} on ${run.provider}, threads: ${run.threads}`;
                const { batchSize } = network;
                const actual = await inPage(browser, url, {
                  ...run,
                  network: network.name,
                  batchSize,
                  steps,
                });
                expect(actual.fallback, what).toBeUndefined();
                expect(actual.losses, what).toHaveLength(steps);
                expect(worstDifference(native.losses, actual.losses), what).toBeLessThan(1e-3);
                expect(worstDifference(expected.losses, actual.losses), what).toBeLessThan(1e-3);
                expect(actual.placed, what).toEqual({ [placed]: ['all'] });
              }
            }
          }),
        ),
      ));
  },
);

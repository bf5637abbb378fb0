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
import type { PageConvolutions, PageLosses, PageRun } from './browser-page/page.cases.ts';
import { compiled } from './compiled.ts';
import { eager } from './executor.ts';

const pageFolder = fileURLToPath(new URL('browser-page', import.meta.url));
const ortFolder = fileURLToPath(
  new URL('.', import.meta.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm')),
);
const steps = 10;

/** Runs a function in a page of its own; gives its result, and what ONNX Runtime logs. */
async function inPage<T, A>(
  browser: Browser,
  url: string,
  fn: (argument: A) => Promise<T>,
  argument: A,
): Promise<{ result: T; log: readonly string[] }> {
  const { page, log } = await openPage(browser, url);
  try {
    await page.waitForFunction('globalThis.losses !== undefined');
    return { result: (await page.evaluate(fn as never, argument)) as T, log };
  } catch (error) {
    throw new Error(`the page failed; its console ends with:\n${log.slice(-20).join('\n')}`, {
      cause: error,
    });
  } finally {
    await page.close();
  }
}

// They run in the page, where these are global.
const trainInPage = (run: PageRun) => (globalThis as unknown as { losses: PageLosses }).losses(run);
const convolveInPage = () => (globalThis as unknown as { convolutions: PageConvolutions }).convolutions();

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

const suite = `training in the browser${chromiumMissing ? `: ${chromiumMissing}` : ''}`;

describe.skipIf(chromiumMissing)(suite, () => {
  const inBrowser = (use: (browser: Browser, url: string) => Promise<void>): Promise<void> =>
    bundlePage(pageFolder, (folder) =>
      serveFolders({ '/': folder, '/ort/': ortFolder }, (url) =>
        withChromium((browser) => use(browser, url)),
      ),
    );

  it.each(networks)('gives the losses of Node and of eager: $name', (network) =>
    inBrowser(async (browser, url) => {
      const expected = await lossesOf(network, eager, steps);
      const native = await lossesOf(network, compiled({ ort, threads: 1 }), steps);
      for (const { placed, ...run } of runs) {
        const what = `on ${run.provider}, threads: ${run.threads}`;
        const { name, batchSize } = network;
        const given = { ...run, network: name, batchSize, steps };
        const { result, log } = await inPage(browser, url, trainInPage, given);
        expect(result.fallback, what).toBeUndefined();
        expect(result.losses, what).toHaveLength(steps);
        expect(worstDifference(native.losses, result.losses), what).toBeLessThan(1e-3);
        expect(worstDifference(expected.losses, result.losses), what).toBeLessThan(1e-3);
        // WebGPU runs every node: none goes back and forth to the processor.
        expect(placement(log), what).toEqual({ [placed]: ['all'] });
      }
    }),
  );

  it('convolves right on WebGPU, whatever the counts of channels', () =>
    inBrowser(async (browser, url) => {
      const { result } = await inPage(browser, url, convolveInPage, undefined);
      expect(Object.keys(result)).toHaveLength(9);
      for (const [what, difference] of Object.entries(result)) expect(difference, what).toBeLessThan(1e-5);
    }));
});

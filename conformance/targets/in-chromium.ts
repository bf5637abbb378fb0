import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  bundlePage,
  chromiumMissing,
  openPage,
  serveFolders,
  withChromium,
} from '@trainyard/testing/browser';
import type { Page } from 'playwright-core';
import type { ConformancePage, PageRun } from '../page/page.ts';
import { bundledPackage } from '../size/bundled-package.ts';
import { compressed } from '../size/compressed.ts';
import type { Subject } from '../subject.ts';
import { type Outcome, type Part, Refusal, type Target } from '../target.ts';

export interface ChromiumInit {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly timed: boolean;
  readonly provider: 'wasm' | 'webgpu';
  readonly threads: number;
}

const pageFolder = fileURLToPath(new URL('../page', import.meta.url));
const ortFolder = dirname(fileURLToPath(import.meta.resolve('onnxruntime-web')));
const ortPrefix = '/ort/';

/** A page that loads bundles over HTTP with `@trainyard/runtime-web`, in Debian's Chromium. */
export function chromiumTarget(init: ChromiumInit): Target {
  const { name, title, description, timed } = init;
  /** Files of ONNX Runtime that the page asked for. */
  const fetched = new Set<string>();
  return {
    name,
    title,
    description,
    timed,
    missing: () => chromiumMissing,
    open: ({ scratch, signal }, use) =>
      bundlePage(pageFolder, async (built) => {
        const folders = { '/': built, '/subjects/': scratch, [ortPrefix]: ortFolder };
        await serveFolders(folders, (url) =>
          withChromium(async (browser) => {
            const stop = () => void browser.close();
            signal.addEventListener('abort', stop, { once: true });
            try {
              const { page, log } = await openPage(browser, url);
              page.on('response', (response) => {
                const { pathname } = new URL(response.url());
                if (response.ok() && pathname.startsWith(ortPrefix))
                  fetched.add(pathname.slice(ortPrefix.length));
              });
              await page.waitForFunction(() => 'conformancePage' in globalThis);
              await use((subject) => runInPage(page, log, scratch, subject, init));
            } finally {
              signal.removeEventListener('abort', stop);
            }
          }),
        );
      }),
    async shipped() {
      const files = [...fetched].sort();
      const runtime: Part[] = await Promise.all(files.map((file) => compressed(file, join(ortFolder, file))));
      return [await bundledPackage('@trainyard/runtime-web'), ...runtime];
    },
  };
}

async function runInPage(
  page: Page,
  log: readonly string[],
  scratch: string,
  subject: Subject,
  { provider, threads, timed }: ChromiumInit,
): Promise<Outcome> {
  const { manifest, variant, pictures, arithmetic, model, pixels, folder } = subject;
  const place = join(scratch, manifest.name);
  await mkdir(place, { recursive: true });
  await cp(folder, join(place, 'bundle'), { recursive: true });
  await writeFile(join(place, 'pixels.bin'), pixels);
  const said = log.length;
  const run: PageRun = {
    bundle: `/subjects/${manifest.name}/bundle`,
    variant: variant.name,
    pixels: `/subjects/${manifest.name}/pixels.bin`,
    pictures,
    batches: arithmetic !== 'int8-dynamic',
    ...(!timed && { alone: 12 }),
    options: { executionProviders: [provider], threads, ortPath: ortPrefix },
  };
  const result = await page
    .evaluate(
      (what) => (globalThis as unknown as { conformancePage: ConformancePage }).conformancePage.run(what),
      run,
    )
    .catch((cause: Error) => {
      throw new Error([cause.message, ...log.slice(said)].join('; '), { cause });
    });
  if (result.provider !== provider && arithmetic === 'float16' && lacksHalves(result.log))
    throw new Refusal(
      'the renderer in software has no 16-bit floats (shader-f16); the runtime says so, and takes WASM',
    );
  if (result.provider !== provider || result.threads !== threads)
    throw new Error(
      `expected ${provider} with ${threads} threads, got ${result.provider} with ${result.threads}: ${result.log.join('; ')}`,
    );
  return {
    logits: Float32Array.from(result.logits),
    ...(result.batched && { batched: Float32Array.from(result.batched) }),
    provider: result.provider,
    ...(timed && { latency: result.latency }),
    parts: [{ name: variant.file, bytes: model.length }],
  };
}

const lacksHalves = (log: readonly string[]): boolean =>
  log.some((line) => line.includes('requires f16 but the device does not support it'));

import { tinyBundle } from '@trainyard/testing/runtime';
import { describe, expect, test } from 'vitest';
import { chromiumMissing, inChromium, readyPage, withFiles, withSite } from './in-browser.cases.ts';

const bundle = tinyBundle();

describe.skipIf(chromiumMissing)(inChromium('what a page lacks'), () => {
  test('isolation: one thread, with one line that says why', () =>
    withSite(
      async ({ browser, url }) => {
        const { page } = await readyPage(browser, url);
        const { threads, log, logits } = await page.evaluate(() => inPage.load(undefined, { threads: 4 }));
        expect(logits).toHaveLength(3);
        expect(threads).toBe(1);
        expect(log.filter((line) => line.includes('isolated'))).toEqual([
          expect.stringMatching(/^info: 1 thread: the page is not isolated .*Cross-Origin-Opener-Policy/),
        ]);
      },
      { isolated: false },
    ));

  test('WebGPU: WASM, with the reason; and nothing of the WebGPU build is loaded', () =>
    withSite(
      async ({ browser, url }) => {
        const { page, requests } = await readyPage(browser, url);
        const result = await page.evaluate(() =>
          inPage.load(undefined, { executionProviders: ['webgpu', 'wasm'] }),
        );
        const reason = expect.stringMatching(
          /^(this browser has no WebGPU|WebGPU finds no graphics adapter here)$/,
        );
        expect(result).toMatchObject({ provider: 'wasm', passedOver: [{ provider: 'webgpu', reason }] });
        expect(result.log).toContainEqual(expect.stringMatching(/^warn: execution provider webgpu: /));
        expect(requests.filter((path) => /jspi|asyncify|webgpu/.test(path))).toEqual([]);
      },
      { webGpu: false },
    ));

  test('WebGPU files: WASM, with the reason', () =>
    withSite(
      async ({ browser, url }) => {
        const { page } = await readyPage(browser, url);
        const result = await page.evaluate(() => inPage.load(undefined, { executionProviders: ['webgpu'] }));
        expect(result).toMatchObject({
          provider: 'wasm',
          passedOver: [{ provider: 'webgpu', reason: expect.stringContaining('ONNX Runtime, ort') }],
        });
      },
      {
        answer: (path, response) => {
          const isGpu = /jspi|asyncify|webgpu/.test(path);
          if (isGpu) response.writeHead(404).end();
          return isGpu;
        },
      },
    ));

  test('a secure origin: no WebCrypto, no Cache Storage, and every byte is checked still', () =>
    withFiles(bundle.files, (folder) =>
      withFiles({ ...bundle.files, 'full.onnx': bundle.files['half.onnx']! }, (swapped) =>
        withSite(
          async ({ browser, url }) => {
            const { page } = await readyPage(browser, url.replace('127.0.0.1', 'insecure.test'));
            expect(await page.evaluate(() => isSecureContext || 'caches' in globalThis)).toBe(false);
            const result = await page.evaluate(() =>
              inPage.load('/bundle', { executionProviders: ['webgpu'] }),
            );
            expect(result.logits).toHaveLength(3);
            expect(result.passedOver).toEqual([
              { provider: 'webgpu', reason: 'WebGPU needs a page that came by HTTPS' },
            ]);
            const { error } = await page.evaluate(() => inPage.load('/swapped'));
            expect(error).toMatchObject({
              name: 'BundleError',
              message: expect.stringContaining('expected digest'),
            });
          },
          {
            folders: { '/bundle/': folder, '/swapped/': swapped },
            args: ['--host-resolver-rules=MAP insecure.test 127.0.0.1'],
          },
        ),
      ),
    ));

  test('memory: a model of more bytes than there can be is refused before it is loaded', () => {
    const [full, ...others] = bundle.manifest.variants;
    const manifest = { ...bundle.manifest, variants: [{ ...full, bytes: 2 ** 45 }, ...others] };
    const files = { 'manifest.json': new TextEncoder().encode(JSON.stringify(manifest)) };
    return withFiles(files, (folder) =>
      withSite(
        async ({ browser, url }) => {
          const { page, requests } = await readyPage(browser, url);
          const { error } = await page.evaluate(() => inPage.load('/bundle'));
          expect(error).toMatchObject({
            name: 'MemoryError',
            message: expect.stringMatching(/full\.onnx: expected memory for 35184372088832 bytes, got /),
          });
          expect(requests).not.toContain('/bundle/full.onnx');
        },
        { folders: { '/bundle/': folder } },
      ),
    );
  });

  test('trust: a strict content security policy with wasm-unsafe-eval is enough', () =>
    withSite(
      async ({ browser, url }) => {
        const { page, log } = await readyPage(browser, url);
        for (const threads of [1, 2]) {
          const result = await page.evaluate((count) => inPage.load(undefined, { threads: count }), threads);
          expect(result.error).toBeUndefined();
          expect(result).toMatchObject({ threads });
        }
        expect(log.filter((line) => line.includes('Content Security Policy'))).toEqual([]);
      },
      {
        headers: {
          'Content-Security-Policy':
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src 'self' data:",
        },
      },
    ));
});

describe.skipIf(chromiumMissing)(inChromium('a worker that dies'), () => {
  test('rejects what waits, what runs and what comes after with WorkerError', () =>
    withSite(async ({ browser, url }) => {
      const { page } = await readyPage(browser, url);
      await page.evaluate(async () => {
        const { files } = inPage.tinyBundle({ height: 16, width: 16, channels: 1, work: 12 });
        const classifier = await inPage.loadBundle(inPage.memorySource(files), { maxBatch: 200 });
        const runs = [1, 2, 3, 4].map(() => classifier.predict(inPage.pixelsOf(256 * 200)));
        Object.assign(globalThis, { classifier, ended: Promise.allSettled(runs) });
      });
      const [worker] = page.workers();
      await worker!.evaluate(() => globalThis.close());
      const reasons = await page.evaluate(async () => {
        const { classifier, ended } = globalThis as unknown as {
          classifier: Awaited<ReturnType<typeof inPage.loadBundle>>;
          ended: Promise<PromiseSettledResult<Float32Array>[]>;
        };
        const first = (await ended).filter(({ status }) => status === 'rejected');
        const [late] = await Promise.allSettled([classifier.predict(inPage.pixelsOf(256))]);
        await classifier.dispose();
        return [...first, late!].map((result) => String((result as PromiseRejectedResult).reason));
      });
      // What had been computed by then has its result.
      expect(reasons.length).toBeGreaterThan(0);
      for (const reason of reasons)
        expect(reason).toBe(
          'WorkerError: worker: expected it to run the model, got a worker that was ended; load the bundle again',
        );
    }));

  test('says so when its script is not there', () =>
    withSite(
      async ({ browser, url }) => {
        const { page } = await readyPage(browser, url);
        const { error } = await page.evaluate(() => inPage.load(undefined));
        expect(error).toMatchObject({ name: 'WorkerError' });
      },
      {
        answer: (path, response) => {
          const isWorker = path.includes('worker');
          if (isWorker) response.writeHead(404).end();
          return isWorker;
        },
      },
    ));
});

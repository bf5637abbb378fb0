import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pixelsOf, type TinyBundle, tinyBundle } from '@trainyard/testing/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  chromiumMissing,
  inChromium,
  readyPage,
  type SiteOptions,
  withFiles,
  withSite,
} from './in-browser.cases.ts';
import { publishBundle, publishRuntime } from './node/index.ts';

// Weights that compress, in a model that takes several chunks to arrive.
const bundle = tinyBundle({ height: 64, width: 64, channels: 3 });
const logits = [...bundle.expected(pixelsOf(64 * 64 * 3))];
const modelBytes = bundle.files['full.onnx']!.length;
let folder: string;
const published = (name: string) => join(folder, name);

/** Paths of what belongs to the bundle and to ONNX Runtime, apart from scripts. */
const loaded = (requests: readonly string[]): string[] =>
  requests.filter((path) => /^\/(bundle|ort)\//.test(path) && !path.endsWith('js')).sort();

const forPage = (options: SiteOptions = {}): SiteOptions => ({
  ...options,
  folders: { '/bundle/': published('bundle'), '/ort/': published('ort'), ...options.folders },
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainyard-web-'));
  await withFiles(bundle.files, (from) => publishBundle(from, published('bundle')));
  await publishRuntime(published('ort'), { quality: 1 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(chromiumMissing)(inChromium('loading over HTTP'), () => {
  test('takes gzip where the browser has no brotli, only what is needed, then nothing but the manifest', () =>
    withSite(async ({ browser, url }) => {
      const context = await browser.newContext();
      const first = await readyPage(context, url);
      const before = await first.page.evaluate(() => inPage.load('/bundle', { ortPath: '/ort' }));
      expect(before).toMatchObject({ logits, provider: 'wasm' });
      expect(loaded(first.requests)).toEqual([
        '/bundle/files.json',
        '/bundle/files.json.br',
        '/bundle/full.onnx.gz',
        '/bundle/manifest.json',
        '/bundle/manifest.sha256',
        '/ort/files.json',
        '/ort/files.json.br',
        '/ort/ort-wasm-simd-threaded.wasm.gz',
      ]);
      for (const [file, bytes] of [
        ['manifest.json', bundle.files['manifest.json']!.length],
        ['full.onnx', modelBytes],
        ['ort-wasm-simd-threaded.wasm', undefined],
      ] as const) {
        const steps = before.progress.filter((step) => step.file === file);
        expect(steps.map((step) => step.bytes)).toEqual(
          steps.map((step) => step.bytes).sort((a, b) => a - b),
        );
        const last = steps.at(-1)!;
        expect(last.bytes).toBe(last.total);
        if (bytes !== undefined) expect(last.total).toBe(bytes);
        expect(steps.filter((step) => step.bytes === step.total)).toHaveLength(1);
      }
      await first.page.close();

      const second = await readyPage(context, url);
      const after = await second.page.evaluate(() => inPage.load('/bundle', { ortPath: '/ort' }));
      expect(after).toMatchObject({ logits });
      expect(loaded(second.requests)).toContain('/bundle/manifest.json');
      expect(loaded(second.requests).filter((path) => /onnx|wasm|files/.test(path))).toEqual([]);

      // With its digest pinned, not even the manifest.
      const { requests } = second;
      requests.length = 0;
      const pinned = await second.page.evaluate(
        (expectedDigest) => inPage.load('/bundle', { ortPath: '/ort', expectedDigest }),
        bundle.digest,
      );
      expect(pinned).toMatchObject({ logits });
      expect(loaded(requests)).toEqual([]);
    }, forPage()));

  test('takes brotli where the server says what it is', () =>
    withSite(
      async ({ browser, url }) => {
        const { page, requests } = await readyPage(browser, url);
        const given = { ortPath: '/ort', cache: false };
        expect(await page.evaluate((options) => inPage.load('/bundle', options), given)).toMatchObject({
          logits,
        });
        expect(loaded(requests).filter((path) => /onnx|wasm/.test(path))).toEqual([
          '/bundle/full.onnx.br',
          '/ort/ort-wasm-simd-threaded.wasm.br',
        ]);
      },
      forPage({ encoded: true }),
    ));

  test('takes the plain file where the compressed one is not what the index says', () =>
    withSite(
      async ({ browser, url }) => {
        const { page, requests } = await readyPage(browser, url);
        for (const [place, asked] of [
          ['/bundle', ['files.json', 'files.json.br', 'full.onnx', 'full.onnx.gz']],
          // Who names the manifest says that there is no index.
          ['/bundle/manifest.json', ['full.onnx']],
        ] as const) {
          requests.length = 0;
          const result = await page.evaluate((at) => inPage.load(at, { cache: false }), place);
          expect(result).toMatchObject({ logits });
          const files = loaded(requests).map((path) => path.slice('/bundle/'.length));
          expect(files.filter((file) => !file.startsWith('manifest'))).toEqual(asked);
        }
      },
      forPage({ answer: cutOff('/bundle/full.onnx.gz') }),
    ));

  test('offline: a bundle of an earlier visit loads, another one says that the page is offline', () =>
    withSite(
      async ({ browser, url }) => {
        const context = await browser.newContext();
        const { page } = await readyPage(context, url);
        expect(await page.evaluate(() => inPage.load('/bundle'))).toMatchObject({ logits });
        await context.setOffline(true);
        const kept = await page.evaluate(() => inPage.load('/bundle'));
        expect(kept).toMatchObject({ logits });
        expect(kept.log.join()).toContain(
          'warn: bundle: the page is offline; the bundle is the one of an earlier visit',
        );
        const other = await page.evaluate(() => inPage.load('/other'));
        expect(other.error).toEqual({
          name: 'BundleError',
          message:
            'other, manifest.json: expected the network, or a copy of an earlier visit, got an offline page; go online',
        });
      },
      forPage({ headers: { 'Cache-Control': 'max-age=3600' } }),
    ));

  test('refuses what is not as released, not there, cut off or not allowed, and says why', () => {
    const tampered = withByteFlipped(bundle, 'full.onnx');
    return withFiles(tampered, (changed) =>
      withSite(
        async ({ browser, url }) => {
          const { page } = await readyPage(browser, url);
          const errorOf = async (place: string) =>
            (await page.evaluate((at) => inPage.load(at), place)).error;
          expect(await errorOf('/changed')).toMatchObject({
            name: 'BundleError',
            message: expect.stringMatching(/^changed, full\.onnx: expected digest sha256:\w+, got sha256:/),
          });
          expect(await errorOf('/nothing')).toMatchObject({
            name: 'BundleError',
            message: expect.stringContaining('nothing: expected a file manifest.json'),
          });
          expect(await errorOf('/cut')).toMatchObject({
            name: 'BundleError',
            // Whether the browser hands out what came before the cut depends on how busy it is.
            message: expect.stringMatching(
              /^cut, full\.onnx: expected the whole file, got (\d+ bytes, then: )?\w/,
            ),
          });
          expect(await errorOf('/broken')).toMatchObject({
            name: 'BundleError',
            message: expect.stringContaining('expected status 200, got 503'),
          });
          // A host of a single-page app gives its page for what it doesn't have.
          expect(await errorOf('/page')).toMatchObject({
            name: 'BundleError',
            message: expect.stringContaining('page: expected a file manifest.json'),
          });
          expect(await errorOf('http://127.0.0.1:1/bundle')).toMatchObject({ name: 'BundleError' });
        },
        {
          folders: { '/changed/': changed, '/cut/': published('bundle') },
          answer: (path, response) => {
            const status = path.startsWith('/broken/') ? 503 : path === '/cut/files.json' ? 404 : undefined;
            if (status !== undefined) response.writeHead(status).end();
            else if (path.startsWith('/page/'))
              response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html>');
            else return cutOff('/cut/full.onnx')(path, response);
            return true;
          },
        },
      ),
    );
  });

  test('stops in the middle of a download, and loads again', () =>
    withSite(async ({ browser, url }) => {
      const { page } = await readyPage(browser, url);
      const stopped = await page.evaluate(() => inPage.load('/bundle/', { cache: false }, 3000));
      expect(stopped.error).toEqual({ name: 'Error', message: 'enough' });
      expect(await page.evaluate(() => inPage.load('/bundle/'))).toMatchObject({ logits });
    }, forPage()));

  test('a damaged copy in Cache Storage is loaded again; a new release replaces the models of the former one', () => {
    let current: TinyBundle = bundle;
    const next = tinyBundle({ height: 64, width: 64, channels: 3, labels: ['x', 'y', 'z'] });
    const answer = (path: string, response: ServerResponse): boolean => {
      const file = path.startsWith('/live/') && current.files[path.slice('/live/'.length)];
      if (!file) return false;
      response.writeHead(200).end(file);
      return true;
    };
    return withSite(
      async ({ browser, url }) => {
        const { page, requests } = await readyPage(browser, url);
        expect(await page.evaluate(() => inPage.load('/live'))).toMatchObject({ logits });
        const damaged = await page.evaluate(async () => {
          const cache = await caches.open('trainyard');
          const [model] = (await cache.keys()).filter(({ url }) => url.includes('sha256'));
          await cache.put(model!, new Response('no model'));
          return inPage.load('/live');
        });
        expect(damaged).toMatchObject({ logits });
        expect(damaged.log.join()).toContain('the copy in Cache Storage was damaged');
        expect(requests.filter((path) => path === '/live/full.onnx')).toHaveLength(2);
        current = next;
        const models = await page.evaluate(async () => {
          await inPage.load('/live', { variant: 'full' });
          const keys = await (await caches.open('trainyard')).keys();
          return keys.map(({ url }) => decodeURIComponent(url)).filter((key) => key.includes('sha256'));
        });
        // Both have the same weights; only the manifest is new.
        expect(models).toHaveLength(1);
      },
      { answer },
    );
  });
});

/** Sends half of a file, then ends the connection. */
function cutOff(path: string): (asked: string, response: ServerResponse) => boolean {
  return (asked, response) => {
    if (asked !== path) return false;
    response.writeHead(200, { 'Content-Length': modelBytes });
    response.write(bundle.files['full.onnx']!.subarray(0, modelBytes >> 1), () => response.destroy());
    return true;
  };
}

function withByteFlipped({ files }: TinyBundle, name: string): TinyBundle['files'] {
  const bytes = files[name]!.slice();
  bytes[bytes.length >> 1]! ^= 1;
  return { ...files, [name]: bytes };
}

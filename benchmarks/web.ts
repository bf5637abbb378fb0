import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseManifest } from '@trainyard/runtime-common';
import { loadBundle } from '@trainyard/runtime-node';
import { bundlePage, fakeCamera, openPage, serveFolders, withChromium } from '@trainyard/testing/browser';
import { pixelsOf, tinyBundle } from '@trainyard/testing/runtime';
import type { BrowserContext } from 'playwright-core';
import type { Benchmark } from './contender.ts';
import { median } from './interleave.ts';
import { formatTable } from './table.ts';
import type { CameraFigures } from './web/page.ts';

const contenders = ['bare', 'trainyard'] as const;
type Contender = (typeof contenders)[number];

const pageFolder = fileURLToPath(new URL('web', import.meta.url));
const digits = fileURLToPath(new URL('../pipelines/digits/dist/bundle', import.meta.url));
const rounds = 15;
const cameraMilliseconds = 10_000;

/** In a page of its own, with what earlier pages of the context have left in caches. */
async function inPage<T, A>(
  context: BrowserContext,
  url: string,
  contender: Contender,
  fn: (argument: A) => Promise<T>,
  argument: A,
): Promise<T> {
  const { page } = await openPage(context, `${url}?contender=${contender}`);
  try {
    await page.waitForFunction('globalThis.benchmark !== undefined');
    return (await page.evaluate(fn as never, argument)) as T;
  } finally {
    await page.close();
  }
}

/** From asking for the page to the logits of the first picture, with everything in the browser's caches. */
async function measureFirst(context: BrowserContext, url: string, log: (line: string) => void) {
  const { input } = parseManifest(await readFile(join(digits, 'manifest.json')));
  const pixels = [...pixelsOf(input.height * input.width * input.channels)];
  const classifier = await loadBundle(digits, { variant: 'float32' });
  const expected = await classifier.predict(Uint8Array.from(pixels));
  await classifier.dispose();
  const measure = async (contender: Contender): Promise<number> => {
    const given = { bundle: '/digits/', model: 'float32', pixels };
    const { took, logits } = await inPage(
      context,
      url,
      contender,
      ({ bundle, model, pixels }: typeof given) => benchmark.first(bundle, model, pixels),
      given,
    );
    const worst = Math.max(...logits.map((logit, i) => Math.abs(logit - expected[i])));
    if (!(worst < 1e-4)) throw new Error(`${contender} gives logits that are ${worst} off those of Node`);
    return took;
  };
  for (const contender of contenders) for (let i = 0; i < 2; i++) await measure(contender);
  const times: Record<Contender, number[]> = { bare: [], trainyard: [] };
  for (let round = 0; round < rounds; round++)
    for (const contender of round % 2 ? contenders.toReversed() : contenders)
      times[contender].push(await measure(contender));
  const ratio = median(times.trainyard.map((time, i) => time / times.bare[i]));
  const lines = contenders.map((contender) => [
    contender,
    median(times[contender]).toFixed(0),
    Math.min(...times[contender]).toFixed(0),
  ]);
  for (const line of formatTable(['first classification, cached', 'ms', 'fastest'], lines)) log(line);
  log(`ratio in turns ${ratio.toFixed(2)}; the bar is 1.5\n`);
  return { times, ratio };
}

/** Classifies a camera of 1280×720 for ten seconds; what else the page should do then waits. */
async function measureCamera(context: BrowserContext, url: string, log: (line: string) => void) {
  const rows: (CameraFigures & { readonly bundle: string; readonly contender: Contender })[] = [];
  for (const [bundle, model] of [
    ['digits', 'float32'],
    ['heavy', 'full'],
  ] as const)
    for (const contender of contenders) {
      const given = { bundle: `/${bundle}/`, model, milliseconds: cameraMilliseconds };
      const figures = await inPage(
        context,
        url,
        contender,
        ({ bundle, model, milliseconds }: typeof given) => benchmark.camera(bundle, model, milliseconds),
        given,
      );
      if (figures.frames === 0) throw new Error(`${contender} classified no frame`);
      rows.push({ bundle, contender, ...figures });
    }
  const lines = rows.map(({ bundle, contender, frames, longTasks, longestWait }) => [
    `${bundle}, ${contender}`,
    (frames / (cameraMilliseconds / 1000)).toFixed(1),
    String(longTasks.length),
    longTasks.length ? Math.max(...longTasks).toFixed(0) : 'under 50',
    longestWait.toFixed(1),
  ]);
  const header = ['camera', 'frames/s', 'long tasks', 'longest, ms', 'longest wait, ms'];
  for (const line of formatTable(header, lines)) log(line);
  log('long tasks of the page take 50 ms and more; the bar is none of them');
  return rows;
}

/** A bundle whose model takes about 50 ms a picture on one thread. */
async function writeHeavy(folder: string): Promise<void> {
  const { files } = tinyBundle({ height: 32, width: 32, channels: 1, work: 150 });
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
}

/** Bundles in Chromium against a page that uses onnxruntime-web by hand, on its main thread. */
export const web: Benchmark = {
  name: 'web',
  summary: 'bundles in Chromium against onnxruntime-web by hand: the first classification, and a camera',
  choices: ['first', 'camera'],
  run: async (log, chosen) => {
    const heavy = await mkdtemp(join(tmpdir(), 'trainyard-heavy-'));
    try {
      await writeHeavy(heavy);
      return await bundlePage(pageFolder, (folder) =>
        serveFolders(
          { '/': folder, '/digits/': digits, '/heavy/': heavy },
          (url) =>
            withChromium(async (browser) => {
              const context = await browser.newContext({ permissions: ['camera'] });
              const first = chosen.includes('first') ? await measureFirst(context, url, log) : undefined;
              const camera = chosen.includes('camera') ? await measureCamera(context, url, log) : undefined;
              return { first, camera };
            }, fakeCamera),
          { headers: { 'Cache-Control': 'max-age=31536000, immutable' } },
        ),
      );
    } finally {
      await rm(heavy, { recursive: true, force: true });
    }
  },
};

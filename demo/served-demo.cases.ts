import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { build, preview } from 'vite';
import type { Stroke } from './src/ink/strokes.ts';

const configFile = fileURLToPath(new URL('vite.config.ts', import.meta.url));

/** Builds the demo and serves it as a static host would; all of it is removed at the end. */
export async function withDemo<T>(use: (url: string) => Promise<T>): Promise<T> {
  const outDir = await mkdtemp(join(tmpdir(), 'trainyard-demo-'));
  try {
    await build({ configFile, logLevel: 'silent', build: { outDir, reportCompressedSize: false } });
    const server = await preview({ configFile, logLevel: 'silent', build: { outDir } });
    try {
      return await use(server.resolvedUrls!.local[0]!);
    } finally {
      await server.close();
    }
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

/** The page with its model loaded, and what it has complained of since. */
export interface DemoPage {
  readonly page: Page;
  /** Errors of the console, and those that nobody caught. */
  readonly errors: readonly string[];
}

export async function openDemo(
  browser: Browser,
  url: string,
  options: BrowserContextOptions & {
    readonly prepare?: (page: Page) => Promise<unknown>;
    readonly loads?: boolean;
  } = {},
): Promise<DemoPage> {
  const { prepare, loads = true, ...context } = options;
  const page = await (
    await browser.newContext({ viewport: { width: 1280, height: 800 }, ...context })
  ).newPage();
  page.setDefaultTimeout(120_000);
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(`page error: ${error.message}`));
  await prepare?.(page);
  await page.goto(url);
  if (loads) await page.locator('#load').waitFor({ state: 'hidden' });
  return { page, errors };
}

/** Draws with the mouse. @param pad where: `#pad` or `#lesson-pad` */
export async function draw(page: Page, pad: string, strokes: readonly Stroke[]): Promise<void> {
  const canvas = page.locator(`${pad} canvas`);
  await canvas.scrollIntoViewIfNeeded();
  const { x: left, y: top, width, height } = (await canvas.boundingBox())!;
  for (const stroke of strokes) {
    // Of a curve every other point: a mouse is not faster either.
    const points = stroke.filter((_, i) => stroke.length < 12 || i % 2 === 0 || i === stroke.length - 1);
    for (const [i, { x, y }] of points.entries()) {
      await page.mouse.move(left + x * width, top + y * height);
      if (i === 0) await page.mouse.down();
    }
    await page.mouse.up();
  }
  await settled(page);
}

/** Two frames: what was drawn has been looked at. */
export const settled = (page: Page): Promise<void> =>
  page.evaluate(
    () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
  );

/** The gray levels that the page shows as what the network sees. */
export async function seenPixels(page: Page): Promise<Uint8Array> {
  const levels = await page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('#seen')!;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, 8, 8);
    return Array.from({ length: 64 }, (_, i) => data[4 * i]!);
  });
  return Uint8Array.from(levels);
}

export interface Answer {
  readonly label: string;
  /** As it is shown, `97.5 %`. */
  readonly sure: string;
}

export const answerOf = async (page: Page): Promise<Answer> => ({
  label: (await page.locator('#digit').textContent()) ?? '',
  sure: (await page.locator('#sure').textContent()) ?? '',
});

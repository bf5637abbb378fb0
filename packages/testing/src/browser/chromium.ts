import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Debian's browser, unless `CHROMIUM` names another. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/**
 * Why tests in the browser can't run here; undefined where they can, and in CI, where a browser that is missing is
 * a failure.
 */
export const chromiumMissing: string | undefined =
  process.env.CI || existsSync(executablePath) ? undefined : `no Chromium at ${executablePath}`;

/** WebGPU without a graphics card: Chromium's own renderer in software. */
const softwareWebGpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** A camera that shows a test picture which moves, and that nobody has to allow. */
export const fakeCamera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

/** Playwright ends the process at a signal. A program that listens for it itself has more to clean up than a browser. */
const isUnheard = (signal: NodeJS.Signals): boolean => process.listenerCount(signal) === 0;

/**
 * Headless Chromium, closed at the end.
 * @param args more of its switches
 * @param webGpu whether it has WebGPU, in software
 * @throws Error where there is no Chromium
 */
export async function withChromium<T>(
  use: (browser: Browser) => Promise<T>,
  args: readonly string[] = [],
  webGpu = true,
): Promise<T> {
  if (!existsSync(executablePath))
    throw new Error(`no Chromium at ${executablePath}; install it, or name it in CHROMIUM`);
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', ...(webGpu ? softwareWebGpu : []), ...args],
    handleSIGINT: isUnheard('SIGINT'),
    handleSIGTERM: isUnheard('SIGTERM'),
    handleSIGHUP: isUnheard('SIGHUP'),
  });
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}

/** A page that was opened, and what came of it by now. */
export interface OpenedPage {
  readonly page: Page;
  /** What it wrote to the console, errors included. */
  readonly log: string[];
  /** The paths of what it and its workers asked for. */
  readonly requests: string[];
}

export async function openPage(browser: Browser | BrowserContext, url: string): Promise<OpenedPage> {
  const page = await browser.newPage();
  // A busy machine may take its time.
  page.setDefaultTimeout(120_000);
  const log: string[] = [];
  page.on('console', (message) => log.push(message.text()));
  page.on('pageerror', (error) => log.push(`page error: ${error.message}`));
  const requests: string[] = [];
  page.on('request', (request) => requests.push(new URL(request.url()).pathname));
  await page.goto(url);
  return { page, log, requests };
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  bundlePage,
  chromiumMissing,
  openPage,
  type ServeOptions,
  serveFolders,
  withChromium,
} from '@trainyard/testing/browser';
import type { TinyBundle } from '@trainyard/testing/runtime';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { PageApi } from './browser-page/page.cases.ts';

export { chromiumMissing };

/** The name of a suite that needs Chromium. */
export const inChromium = (name: string): string => (chromiumMissing ? `${name}: ${chromiumMissing}` : name);

declare global {
  /** Functions that run in the page find it there. */
  var inPage: PageApi;
}

export interface Site {
  readonly browser: Browser;
  readonly url: string;
}

export interface SiteOptions extends ServeOptions {
  /** Beside the page, by the start of their URLs. */
  readonly folders?: Readonly<Record<string, string>>;
  /** Switches of Chromium. */
  readonly args?: readonly string[];
  /** Whether it has WebGPU; by default it has. */
  readonly webGpu?: boolean;
}

/** Serves the page of these tests, bundled from the sources, to a Chromium. */
export const withSite = <T>(
  use: (site: Site) => Promise<T>,
  { folders = {}, args = [], webGpu = true, ...options }: SiteOptions = {},
): Promise<T> =>
  bundlePage(fileURLToPath(new URL('browser-page', import.meta.url)), (folder) =>
    serveFolders(
      { ...folders, '/': folder },
      (url) => withChromium((browser) => use({ browser, url }), args, webGpu),
      options,
    ),
  );

/** A page that is ready to load bundles; `requests` has the paths of what it asked for, also in its workers. */
export async function readyPage(
  browser: Browser | BrowserContext,
  url: string,
): Promise<{ page: Page; log: string[]; requests: string[] }> {
  const { page, log, requests } = await openPage(browser, url);
  await page.waitForFunction('globalThis.inPage !== undefined');
  return { page, log, requests };
}

/** A folder with these files, removed at the end. */
export async function withFiles<T>(
  files: TinyBundle['files'],
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-web-test-'));
  try {
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatasetError } from './errors.ts';

/** A file that is fetched once and known by its SHA-256. */
export interface RemoteFile {
  readonly name: string;
  /** Tried in order. */
  readonly urls: readonly string[];
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface DownloadOptions {
  /** Where downloads are kept. Default: `trainyard/datasets` in the user's cache folder. */
  readonly cacheFolder?: string;
  /** Stops a download. */
  readonly signal?: AbortSignal;
  /** Replaces the global fetch, for a proxy or a test. */
  readonly fetch?: typeof globalThis.fetch;
}

const largestDownload = 2 ** 30;

/**
 * The bytes of a file, from the cache or from the first mirror that has them. A cached file whose SHA-256 is wrong is
 * fetched anew; a download whose SHA-256 is wrong is not kept.
 *
 * @throws DatasetError when no mirror gives the file; it names what each of them answered.
 */
export async function downloadFile(
  file: RemoteFile,
  folder: string,
  options: DownloadOptions,
): Promise<Uint8Array> {
  const path = join(options.cacheFolder ?? defaultCacheFolder(), folder, file.name);
  const cached = await readFile(path).catch(() => undefined);
  if (cached && sha256Of(cached) === file.sha256) return cached;
  const failures: string[] = [];
  for (const url of file.urls) {
    try {
      const bytes = await fetchBytes(url, options);
      const actual = sha256Of(bytes);
      if (actual !== file.sha256) throw new Error(`SHA-256 ${actual} instead of ${file.sha256}`);
      await writeWhole(path, bytes);
      return bytes;
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      failures.push(`${new URL(url).host}: ${reasonOf(error)}`);
    }
  }
  throw new DatasetError(
    `download of ${folder}/${file.name}`,
    `the file from one of ${file.urls.length} mirrors`,
    failures.join(', '),
    'check the network, or give a local folder that holds it',
  );
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function fetchBytes(
  url: string,
  { fetch = globalThis.fetch, signal }: DownloadOptions,
): Promise<Uint8Array> {
  const response = await fetch(url, { redirect: 'follow', ...(signal && { signal }) });
  if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.length;
    if (length > largestDownload) throw new Error(`more than ${largestDownload} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/**
 * Under a temporary name first, synced, then renamed: a reader sees the whole file or none. The folder need not be
 * synced, as a cached file is checked whenever it is read.
 */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function defaultCacheFolder(): string {
  const base =
    process.env.XDG_CACHE_HOME ??
    (process.platform === 'win32' ? process.env.LOCALAPPDATA : undefined) ??
    join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache');
  return join(base, 'trainyard', 'datasets');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  return (cause.message || cause.name).replace(/\s+/g, ' ');
}

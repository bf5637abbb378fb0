import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { downloadFile, sha256Of } from './download.ts';

const content = new TextEncoder().encode('pictures');
const file = {
  name: 'a.gz',
  urls: ['https://first.example/a.gz', 'https://second.example/a.gz'],
  sha256: sha256Of(content),
};

let cacheFolder: string;
beforeEach(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'download-'));
});
afterEach(() => rm(cacheFolder, { recursive: true, force: true }));

const answers = (...bodies: (Uint8Array | number | Error)[]) =>
  vi.fn<typeof globalThis.fetch>(async () => {
    const next = bodies.shift()!;
    if (next instanceof Error) throw next;
    if (typeof next === 'number') return new Response('no', { status: next });
    return new Response(Buffer.from(next));
  });

describe('downloadFile', () => {
  it('keeps the file and does not fetch it twice', async () => {
    const fetch = answers(content);
    expect(Buffer.from(await downloadFile(file, 'set', { cacheFolder, fetch }))).toEqual(
      Buffer.from(content),
    );
    await downloadFile(file, 'set', { cacheFolder, fetch });
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(await readdir(join(cacheFolder, 'set'))).toEqual(['a.gz']);
  });

  it('goes on to the next mirror', async () => {
    const fetch = answers(new TextEncoder().encode('another file'), content);
    await downloadFile(file, 'set', { cacheFolder, fetch });
    expect(fetch.mock.calls.map(([url]) => url)).toEqual(file.urls);
  });

  it('fetches a damaged cached file anew', async () => {
    await downloadFile(file, 'set', { cacheFolder, fetch: answers(content) });
    await writeFile(join(cacheFolder, 'set', 'a.gz'), 'damaged');
    await downloadFile(file, 'set', { cacheFolder, fetch: answers(content) });
    expect(await readFile(join(cacheFolder, 'set', 'a.gz'))).toEqual(Buffer.from(content));
  });

  it('keeps nothing when all mirrors fail, and says what each answered', async () => {
    const offline = new TypeError('fetch failed', {
      cause: new Error('getaddrinfo ENOTFOUND second.example'),
    });
    await expect(downloadFile(file, 'set', { cacheFolder, fetch: answers(404, offline) })).rejects.toThrow(
      'download of set/a.gz: expected the file from one of 2 mirrors, got first.example: HTTP 404, ' +
        'second.example: getaddrinfo ENOTFOUND second.example; check the network, or give a local folder that holds it',
    );
    expect(await readdir(cacheFolder)).toEqual([]);
  });

  it('stops when it is aborted', async () => {
    const signal = AbortSignal.abort(new Error('stopped'));
    const fetch = answers(new Error('aborted'));
    await expect(downloadFile(file, 'set', { cacheFolder, fetch, signal })).rejects.toThrow('stopped');
    expect(fetch).toHaveBeenCalledTimes(1);
  });
});

import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { pixelsOf } from '@trainyard/testing/runtime';
import { expect, test } from 'vitest';
import { type DownloadOptions, download } from './download.ts';
import { encodingsIn } from './encodings.ts';

const plain = new Uint8Array(2 ** 18).map((_, i) => i >> 10);
const noise = pixelsOf(2 ** 18);
const forms = { '': plain, '.gz': gzipSync(plain), '.br': brotliCompressSync(plain) };
const index = JSON.stringify({
  schema: 1,
  files: {
    'm.onnx': { bytes: plain.length, br: forms['.br'].length, gz: forms['.gz'].length },
  },
});

async function withServer<T>(answer: RequestListener, use: (folder: URL) => Promise<T>): Promise<T> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  try {
    return await use(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/bundle/`));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const options = (more: Partial<DownloadOptions> = {}): DownloadOptions => ({
  from: 'bundle',
  file: 'm.onnx',
  bytes: plain.length,
  ...more,
});

/** A host of the folder; `asked` grows by what it is asked for. */
const host =
  (asked: string[], bodies: Readonly<Record<string, Uint8Array | string>>, brotli = false): RequestListener =>
  ({ url = '' }, response) => {
    const file = url.replace('/bundle/', '');
    asked.push(file);
    const body = bodies[file];
    if (body === undefined) response.writeHead(404).end();
    else
      response.writeHead(200, brotli && file.endsWith('.br') ? { 'Content-Encoding': 'br' } : {}).end(body);
  };

const files = {
  'm.onnx': forms[''],
  'm.onnx.gz': forms['.gz'],
  'm.onnx.br': forms['.br'],
  'files.json': index,
  'files.json.br': brotliCompressSync(index),
};

/** Downloads with the index; gives what was asked for of the model. */
async function askedFor(bodies: Readonly<Record<string, Uint8Array | string>>, brotli = false) {
  const asked: string[] = [];
  await withServer(host(asked, bodies, brotli), async (folder) => {
    const got = await download(new URL('m.onnx', folder), options({ encodings: encodingsIn(folder) }));
    expect(Buffer.compare(got, plain)).toBe(0);
  });
  return asked.filter((file) => file.startsWith('m'));
}

const unpacksBrotli = (() => {
  try {
    return Boolean(new DecompressionStream('brotli' as CompressionFormat));
  } catch {
    return false;
  }
})();

test('the smallest form that can be unpacked is loaded', async () => {
  expect(await askedFor(files)).toEqual([unpacksBrotli ? 'm.onnx.br' : 'm.onnx.gz']);
});

test('brotli is loaded where the server says that it is', async () => {
  expect(await askedFor(files, true)).toEqual(['m.onnx.br']);
});

test('the plain file is loaded where there is no index, or another one', async () => {
  expect(await askedFor({ ...files, 'files.json': '<!doctype html>' })).toEqual(['m.onnx']);
  const other = index.replace(`${plain.length}`, '7');
  expect(await askedFor({ ...files, 'files.json': other })).toEqual(['m.onnx']);
});

test('the next form is loaded where one is missing or broken', async () => {
  const { 'm.onnx.gz': _, ...missing } = files;
  expect((await askedFor(missing)).at(-1)).toBe('m.onnx');
  const broken = { ...files, 'm.onnx.gz': forms['.gz'].subarray(1), 'm.onnx.br': noise };
  expect((await askedFor(broken)).at(-1)).toBe('m.onnx');
});

test('progress is told in plain bytes that grow up to the total', async () => {
  for (const brotli of [false, true])
    await withServer(host([], files, brotli), async (folder) => {
      const seen: (number | undefined)[][] = [];
      const onBytes = (bytes: number, total: number | undefined) => seen.push([bytes, total]);
      await download(new URL('m.onnx', folder), options({ encodings: encodingsIn(folder), onBytes }));
      expect(seen.at(-1)).toEqual([plain.length, plain.length]);
      expect(seen).toEqual(seen.toSorted(([a], [b]) => a! - b!));
    });
});

test('a file that is not there, is cut off or too long is a BundleError that says so', async () => {
  const errorOf = (answer: RequestListener) =>
    withServer(answer, (folder) =>
      download(new URL('m.onnx', folder), options()).then(
        () => 'no error',
        (error: Error) => `${error.name}: ${error.message}`,
      ),
    );
  expect(await errorOf(host([], {}))).toBe(
    'BundleError: bundle: expected a file m.onnx, got no such file; copy the whole bundle, or package it again',
  );
  expect(
    await errorOf((_, response) => {
      response.writeHead(200, { 'Content-Length': plain.length });
      response.write(plain.subarray(0, 1000), () => response.destroy());
    }),
  ).toMatch(/^BundleError: bundle, m\.onnx: expected the whole file, got (1000 bytes, then: )?\w/);
  expect(await errorOf(host([], { 'm.onnx': new Uint8Array(plain.length + 1) }))).toMatch(
    /^BundleError: bundle, m\.onnx: expected 262144 bytes, got more/,
  );
  expect(await errorOf((_, response) => response.writeHead(500).end())).toMatch(
    /expected status 200, got 500/,
  );
});

test('a file too large for memory is a MemoryError, before anything is asked for', async () => {
  const asked: string[] = [];
  await withServer(host(asked, files), async (folder) => {
    const loading = download(new URL('m.onnx', folder), options({ bytes: 2 ** 50 }));
    await expect(loading).rejects.toMatchObject({ name: 'MemoryError' });
  });
  expect(asked).toEqual([]);
});

test('the signal stops it with its reason', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const slow: RequestListener = (_, response) => {
    response.writeHead(200, { 'Content-Length': plain.length }).write(plain.subarray(0, 1000));
  };
  await withServer(slow, async (folder) => {
    const onBytes = () => controller.abort(reason);
    const loading = download(new URL('m.onnx', folder), options({ signal: controller.signal, onBytes }));
    await expect(loading).rejects.toBe(reason);
  });
});

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, resolve, sep } from 'node:path';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** A page that is isolated from other origins may share memory between threads. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/**
 * For tests: serves folders to this machine on a free port, isolated, so that WASM has threads.
 * @param folders by the start of their URLs, `/` for one that holds the rest
 */
export async function serveFolders<T>(
  folders: Readonly<Record<string, string>>,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const prefixes = Object.keys(folders).sort((a, b) => b.length - a.length);
  const fileOf = (url: string): string | undefined => {
    const { pathname } = new URL(url, 'http://localhost');
    const prefix = prefixes.find((start) => pathname.startsWith(start));
    if (prefix === undefined) return undefined;
    const folder = resolve(folders[prefix]);
    const file = resolve(folder, decodeURIComponent(pathname.slice(prefix.length)) || 'index.html');
    return file.startsWith(folder + sep) ? file : undefined;
  };
  const server = createServer(async (request, response) => {
    try {
      const file = fileOf(request.url ?? '/');
      if (file === undefined) throw new Error('no such folder');
      const body = await readFile(file);
      const type = contentTypes[extname(file)] ?? 'application/octet-stream';
      response.writeHead(200, { ...isolation, 'Content-Type': type }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

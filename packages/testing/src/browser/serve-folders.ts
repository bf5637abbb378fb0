import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
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

export interface ServeOptions {
  /** Whether pages are isolated from other origins, so that WASM has threads; by default they are. */
  readonly isolated?: boolean;
  /** Sent with every file. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Says of `x.js.br` that it is `x.js`, compressed: browsers unpack it by themselves. */
  readonly encoded?: boolean;
  /** Answers instead of the files where it gives true. */
  readonly answer?: (path: string, response: ServerResponse, request: IncomingMessage) => boolean;
}

/**
 * For tests: serves folders to this machine on a free port.
 * @param folders by the start of their URLs, `/` for one that holds the rest
 */
export async function serveFolders<T>(
  folders: Readonly<Record<string, string>>,
  use: (url: string) => Promise<T>,
  { isolated = true, headers, encoded = false, answer }: ServeOptions = {},
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
    if (answer?.(request.url ?? '/', response, request)) return;
    try {
      const file = fileOf(request.url ?? '/');
      if (file === undefined) throw new Error('no such folder');
      const body = await readFile(file);
      const isBrotli = encoded && file.endsWith('.br');
      const type = contentTypes[extname(isBrotli ? file.slice(0, -3) : file)] ?? 'application/octet-stream';
      response
        .writeHead(200, {
          ...(isolated ? isolation : {}),
          ...(isBrotli ? { 'Content-Encoding': 'br' } : {}),
          'Content-Type': type,
          'Content-Length': body.length,
          ...headers,
        })
        .end(body);
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

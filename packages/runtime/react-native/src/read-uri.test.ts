import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { isUri, nameOf, readUri } from './read-uri.ts';

afterEach(() => vi.unstubAllGlobals());

const bytes = Uint8Array.of(0, 1, 254, 255);

/** XMLHttpRequest and FileReader as React Native has them, over files in memory. */
function stubFiles(files: Readonly<Record<string, Uint8Array>>): void {
  class Request {
    responseType = '';
    response: unknown;
    onload?: () => void;
    onerror?: () => void;
    #uri = '';
    open(_: string, uri: string): void {
      this.#uri = uri;
    }
    send(): void {
      this.response = files[this.#uri];
      // Android's networking module: other types of response end in an error for these URIs.
      queueMicrotask(() =>
        this.response && this.responseType === 'blob' ? this.onload?.() : this.onerror?.(),
      );
    }
  }
  class Reader {
    result = '';
    onload?: () => void;
    readAsDataURL(blob: Uint8Array): void {
      this.result = `data:application/octet-stream;base64,${Buffer.from(blob).toString('base64')}`;
      queueMicrotask(() => this.onload?.());
    }
  }
  vi.stubGlobal('XMLHttpRequest', Request);
  vi.stubGlobal('FileReader', Reader);
}

test.each([
  ['file:///a/b.png', true],
  ['content://media/1', true],
  ['data:,x', true],
  ['https://x.y/z', true],
  ['assets_digits', false],
  ['/9j/4AAQSkZJRg==', false],
  ['iVBORw0KGgo=', false],
])('isUri(%j) is %s', (text, expected) => expect(isUri(text)).toBe(expected));

test.each([
  ['file:///a/b.png', 'b.png'],
  ['https://x.y/z/c.tybundle?platform=ios&hash=1', 'c.tybundle'],
  ['data:image/png;base64,xx', 'data URI'],
  ['content://media/', 'content://media/'],
])('nameOf(%j) is %j', (uri, expected) => expect(nameOf(uri)).toBe(expected));

describe('readUri', () => {
  test('reads data URIs', async () => {
    expect(await readUri('data:image/png;base64,AAH+/w==')).toEqual(bytes);
    await expect(readUri('data:text/plain,hello')).rejects.toThrow('a data URI without ;base64');
    await expect(readUri('data:;base64,*')).rejects.toThrow('character 0 is not base64');
  });

  test('fetches what a server has, and says the status where it does not', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/there') response.end(bytes);
      else response.writeHead(404).end('no');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      expect(await readUri(`${url}/there`)).toEqual(bytes);
      await expect(readUri(`${url}/gone`)).rejects.toThrow('status 404');
    } finally {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    }
  });

  test('reads files as blobs, which is all that Android allows', async () => {
    stubFiles({ 'file:///a.bin': bytes, 'content://media/1': bytes });
    expect(await readUri('file:///a.bin')).toEqual(bytes);
    expect(await readUri('content://media/1')).toEqual(bytes);
    await expect(readUri('file:///b.bin')).rejects.toThrow('no file that can be read');
  });

  test('says what is missing where nothing reads files', async () => {
    await expect(readUri('file:///a.bin')).rejects.toThrow('hand in `readFile`');
  });

  test('reads by what was handed in, but data URIs', async () => {
    const asked: string[] = [];
    const readFile = async (uri: string) => {
      asked.push(uri);
      return bytes.buffer;
    };
    expect(await readUri('file:///a.bin', { readFile })).toEqual(bytes);
    expect(await readUri('https://x.y/z', { readFile })).toEqual(bytes);
    expect(await readUri('data:;base64,AA', { readFile })).toEqual(Uint8Array.of(0));
    expect(asked).toEqual(['file:///a.bin', 'https://x.y/z']);
  });

  test('ends at the signal, before and while it reads', async () => {
    const reason = new Error('enough');
    const never = () => new Promise<Uint8Array>(() => {});
    await expect(readUri('file:///a', { readFile: never, signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    const controller = new AbortController();
    const reading = readUri('file:///a', { readFile: never, signal: controller.signal });
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });
});

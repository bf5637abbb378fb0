import { abortReason, throwIfAborted } from '@trainyard/runtime-common';
import { decodeBase64 } from './base64.ts';

/** The bytes behind a URI. */
export type ReadFile = (uri: string) => Promise<Uint8Array | ArrayBuffer>;

export interface ReadUriOptions {
  readonly readFile?: ReadFile | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Whether a text begins with a scheme, as URIs do. */
export const isUri = (text: string): boolean => /^[a-z][a-z0-9+.-]*:/i.test(text.slice(0, 32));

/** How errors call what is behind a URI: the name of its file. */
export const nameOf = (uri: string): string =>
  uri.startsWith('data:') ? 'data URI' : uri.split(/[?#]/)[0]!.split('/').pop() || uri;

/**
 * The bytes behind a `data:`, `http(s):`, `file:` or `content:` URI.
 * @throws Error that says why they can't be read; the signal's reason
 */
export async function readUri(uri: string, { readFile, signal }: ReadUriOptions = {}): Promise<Uint8Array> {
  throwIfAborted(signal);
  if (uri.startsWith('data:')) return fromDataUri(uri);
  const read = readFile ?? (/^https?:/i.test(uri) ? fetchBytes : requestFile);
  const bytes = await orAborted(read(uri), signal);
  return bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
}

function fromDataUri(uri: string): Uint8Array {
  const comma = uri.indexOf(',');
  if (comma < 0 || !/;base64$/i.test(uri.slice(0, comma))) throw new Error('a data URI without ;base64');
  return decodeBase64(uri.slice(comma + 1));
}

async function fetchBytes(uri: string): Promise<ArrayBuffer> {
  const response = await fetch(uri);
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.arrayBuffer();
}

/**
 * A file by React Native's XMLHttpRequest as a blob: its networking module on Android refuses other schemes than
 * http for any other type of response.
 */
const requestFile = (uri: string): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    if (typeof XMLHttpRequest !== 'function')
      return reject(new Error('nothing that reads files; hand in `readFile`'));
    const request = new XMLHttpRequest();
    request.responseType = 'blob';
    request.onerror = () => reject(new Error('no file that can be read'));
    request.onload = () => {
      const reader = new FileReader();
      reader.onerror = () => reject(new Error('a file that can not be read'));
      reader.onload = () => {
        try {
          resolve(fromDataUri(String(reader.result)));
        } catch (error) {
          reject(error);
        }
      };
      reader.readAsDataURL(request.response as Blob);
    };
    request.open('GET', uri);
    request.send();
  });

/** What is read goes on to its end, since not every platform can stop it; nobody waits for it. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(abortReason(signal));
    signal.addEventListener('abort', stop);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

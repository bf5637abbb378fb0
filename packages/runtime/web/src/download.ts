import { BundleError, MemoryError, messageOf, missingFile, throwIfAborted } from '@trainyard/runtime-common';
import { type Encoding, type Encodings, unpack } from './encodings.ts';

export interface DownloadOptions {
  /** What errors call the folder. */
  readonly from: string;
  readonly file: string;
  /** Of the file unpacked, where it is known. */
  readonly bytes?: number | undefined;
  readonly encodings?: Encodings | undefined;
  /** Whether the server is asked if the copy in the browser's own cache is the newest. */
  readonly fresh?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Called as bytes arrive, with how many there are by then, unpacked, and the total where it is known. */
  readonly onBytes?: ((bytes: number, total: number | undefined) => void) | undefined;
}

/**
 * The bytes of a file, from the smallest form that the server has and this browser can use.
 * @throws BundleError when it is not there, is cut off, or the page is offline; MemoryError; the signal's reason
 */
export async function download(url: URL, options: DownloadOptions): Promise<Uint8Array> {
  const { file, from, bytes, encodings, signal } = options;
  if (bytes !== undefined) checkMemory(bytes, `${from}, ${file}`);
  for (const encoding of (await encodings?.(file)) ?? []) {
    throwIfAborted(signal);
    // Else the index is of another release.
    if (bytes !== undefined && encoding.plainBytes !== bytes) break;
    const plain = await compressed(url, encoding, options);
    if (plain) return plain;
  }
  const got = await fetchBytes(url, options, { expected: bytes, scale: 1 });
  if (!got) throw missingFile(from, file);
  return got;
}

/** Undefined where the compressed file is not what the index says: there is the plain one still. */
async function compressed(
  url: URL,
  { suffix, bytes, plainBytes }: Encoding,
  options: DownloadOptions,
): Promise<Uint8Array | undefined> {
  const address = new URL(url);
  address.pathname += suffix;
  try {
    const got = await fetchBytes(address, options, { expected: plainBytes, scale: plainBytes / bytes });
    // Where the server has said how it is compressed, the browser has unpacked it.
    const plain = got?.length === bytes ? await unpack(got, suffix) : got;
    return plain?.length === plainBytes ? plain : undefined;
  } catch (error) {
    throwIfAborted(options.signal);
    if (isOffline()) throw error;
    return undefined;
  }
}

interface Expected {
  /** Bytes at most, and the total of progress. */
  readonly expected: number | undefined;
  /** Unpacked bytes for one that arrives. */
  readonly scale: number;
}

/** Undefined where there is no such file. */
async function fetchBytes(
  url: URL,
  { file, from, fresh, signal, onBytes }: DownloadOptions,
  { expected, scale }: Expected,
): Promise<Uint8Array | undefined> {
  const where = `${from}, ${file}`;
  let arrived = 0;
  try {
    const response = await fetch(url, { cache: fresh ? 'no-cache' : 'default', signal: signal ?? null });
    if (response.status === 404 || response.status === 410 || isPage(response)) return undefined;
    if (!response.ok)
      throw new BundleError(where, 'status 200', `${response.status}`, 'ask who runs the server');
    const total = expected ?? lengthOf(response);
    return await readBody(response, where, expected, (bytes) => {
      arrived = bytes;
      onBytes?.(Math.min(Math.round(bytes * scale), total ?? Infinity), total);
    });
  } catch (cause) {
    throwIfAborted(signal);
    if (cause instanceof BundleError || cause instanceof MemoryError) throw cause;
    if (isOffline())
      throw new BundleError(
        where,
        'the network, or a copy of an earlier visit',
        'an offline page',
        'go online',
        {
          cause,
        },
      );
    throw new BundleError(
      where,
      'the whole file',
      arrived > 0 ? `${arrived} bytes, then: ${messageOf(cause)}` : messageOf(cause),
      'try again; a server of another origin has to allow it by CORS',
      { cause },
    );
  }
}

export const isOffline = (): boolean => globalThis.navigator?.onLine === false;

/** Hosts of single-page apps give their page for every address that they don't have. */
const isPage = ({ headers }: Response): boolean =>
  headers.get('content-type')?.startsWith('text/html') ?? false;

/** Of what arrives; not known where the browser unpacks it. */
function lengthOf({ headers }: Response): number | undefined {
  const length = headers.get('content-length');
  return length === null || headers.has('content-encoding') ? undefined : Number(length);
}

async function readBody(
  response: Response,
  where: string,
  expected: number | undefined,
  report: (bytes: number) => void,
): Promise<Uint8Array> {
  const reader = response.body!.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
    if (expected !== undefined && length > expected) {
      await reader.cancel();
      throw new BundleError(where, `${expected} bytes`, 'more', 'copy or package the bundle again');
    }
    report(length);
  }
  return join(chunks, length);
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** Before anything is loaded for nothing. */
function checkMemory(bytes: number, where: string): void {
  try {
    new ArrayBuffer(bytes);
  } catch (cause) {
    throw new MemoryError(where, `memory for ${bytes} bytes`, messageOf(cause), 'take a smaller variant', {
      cause,
    });
  }
}

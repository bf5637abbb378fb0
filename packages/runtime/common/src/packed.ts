import { BundleError } from './errors.ts';
import { type BundleSource, isPlainFileName, memorySource } from './source.ts';
import { decodeUtf8, isText } from './utf8.ts';

const magic = 'TYBUNDL1';
const headerAt = magic.length + 4;

/**
 * A bundle's files as one: the magic `TYBUNDL1`, the header's length as a little-endian uint32, the header
 * (JSON: a list of [name, bytes]), then the files one after the other.
 */
export function packBundle(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const entries = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name] of entries)
    if (!isPlainFileName(name)) throw new BundleError('packBundle', 'plain file names', `"${name}"`);
  const encoder = new TextEncoder();
  const header = encoder.encode(JSON.stringify(entries.map(([name, bytes]) => [name, bytes.length])));
  const total = entries.reduce((sum, [, bytes]) => sum + bytes.length, headerAt + header.length);
  const packed = new Uint8Array(total);
  packed.set(encoder.encode(magic));
  new DataView(packed.buffer).setUint32(magic.length, header.length, true);
  packed.set(header, headerAt);
  let at = headerAt + header.length;
  for (const [, bytes] of entries) {
    packed.set(bytes, at);
    at += bytes.length;
  }
  return packed;
}

/**
 * The files of a packed bundle, as views of `packed`.
 * @throws BundleError when the bytes are not a packed bundle, or are cut off
 */
export function unpackBundle(packed: Uint8Array, name = 'packed bundle'): Record<string, Uint8Array> {
  const bad = (expected: string, got: string, cause?: unknown) =>
    new BundleError(name, expected, got, 'copy or package the bundle again', { cause });
  if (!isText(packed.subarray(0, magic.length), magic) || packed.length < headerAt)
    throw bad('bytes made by packBundle', `${packed.length} bytes of something else`);
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  let at = headerAt + view.getUint32(magic.length, true);
  if (at > packed.length) throw bad(`at least ${at} bytes`, `${packed.length}`);
  const files: Record<string, Uint8Array> = {};
  for (const [file, length] of readHeader(packed.subarray(headerAt, at), bad)) {
    if (at + length > packed.length) throw bad(`at least ${at + length} bytes`, `${packed.length}`);
    files[file] = packed.subarray(at, at + length);
    at += length;
  }
  if (at !== packed.length) throw bad(`${at} bytes`, `${packed.length}`);
  return files;
}

function readHeader(
  bytes: Uint8Array,
  bad: (expected: string, got: string, cause?: unknown) => BundleError,
): [string, number][] {
  try {
    const header: unknown = JSON.parse(decodeUtf8(bytes));
    if (!Array.isArray(header)) throw new Error('no list');
    return header.map((entry: unknown) => {
      const [name, length] = Array.isArray(entry) ? entry : [];
      if (typeof name !== 'string' || !isPlainFileName(name)) throw new Error('a file name is not plain');
      if (!Number.isSafeInteger(length) || length < 0) throw new Error('a length is not a number');
      return [name, length];
    });
  } catch (cause) {
    throw bad('a list of file names and lengths', 'another header', cause);
  }
}

export const packedSource = (packed: Uint8Array, name = 'packed bundle'): BundleSource =>
  memorySource(unpackBundle(packed, name), name);

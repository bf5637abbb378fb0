import {
  arrayType,
  type DType,
  isDType,
  sizeOf,
  type Tensor,
  type Tensors,
  tensorOf,
} from '@trainyard/autograd';

/*
 * A file of named tensors and plain data, nothing that could run:
 *   8 bytes   "TRAINYRD"
 *   4 bytes   version (1), little-endian like all numbers here
 *   4 bytes   length of the header
 *   32 bytes  SHA-256 of all that follows
 *   header    JSON: { meta, tensors: [{ name, dtype, shape }] }, padded with spaces to a multiple of 8
 *   payload   the elements of each tensor in that order, each padded with zeros to a multiple of 8
 * A change of the first 16 bytes, which the digest leaves out, is found as well: of a magic or a version that is not
 * ours, and of a length that leaves the tensors more or fewer bytes than their header says.
 */
const magic = 'TRAINYRD';
const version = 1;
const prefix = 48;
const maxHeader = 64 * 2 ** 20;
const pad8 = (n: number): number => Math.ceil(n / 8) * 8;

/** A checkpoint or weights file that can't be used: the message says what is wrong and what to do. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

export interface Archive {
  readonly meta: unknown;
  readonly tensors: Tensors;
}

interface TensorEntry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

const sha256 = async (bytes: Uint8Array): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));

const bytesOf = ({ data }: Tensor): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** The bytes of an archive; the same content always gives the same bytes. `meta` is what JSON can hold. */
export async function encodeArchive({ meta, tensors }: Archive): Promise<Uint8Array> {
  const entries = Object.entries(tensors);
  const listed = entries.map(([name, { dtype, sizes }]): TensorEntry => ({ name, dtype, shape: sizes }));
  const json = new TextEncoder().encode(JSON.stringify({ meta, tensors: listed }));
  const headerLength = pad8(json.length);
  const payload = entries.reduce((sum, [, t]) => sum + pad8(t.data.byteLength), 0);
  const bytes = new Uint8Array(prefix + headerLength + payload);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic));
  view.setUint32(8, version, true);
  view.setUint32(12, headerLength, true);
  bytes.fill(0x20, prefix, prefix + headerLength);
  bytes.set(json, prefix);
  let at = prefix + headerLength;
  for (const [, tensor] of entries) {
    bytes.set(bytesOf(tensor), at);
    at += pad8(tensor.data.byteLength);
  }
  bytes.set(await sha256(bytes.subarray(prefix)), 16);
  return bytes;
}

/**
 * Reads an archive; its digest is checked before anything in it is believed.
 * @param what names the file in errors
 * @throws CheckpointError when the bytes are no archive, of another version, cut off or changed
 */
export async function decodeArchive(bytes: Uint8Array, what = 'archive'): Promise<Archive> {
  const fail = (problem: string): never => {
    throw new CheckpointError(`${what}: ${problem}`);
  };
  if (bytes.length < prefix)
    fail(`expected at least ${prefix} bytes, got ${bytes.length}; the file is cut off`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (new TextDecoder('latin1').decode(bytes.subarray(0, 8)) !== magic)
    fail('expected a file of this program, got another one; check the path');
  if (view.getUint32(8, true) !== version)
    fail(`expected version ${version}, got ${view.getUint32(8, true)}; use the release that wrote it`);
  const headerLength = view.getUint32(12, true);
  const digest = await sha256(bytes.subarray(prefix));
  if (digest.some((byte, i) => byte !== bytes[16 + i]))
    fail('expected the digest that it was written with, got another; the file is cut off or damaged');
  if (headerLength > maxHeader || prefix + headerLength > bytes.length)
    fail(`expected a header within the file, got a length of ${headerLength}`);
  const header = new TextDecoder().decode(bytes.subarray(prefix, prefix + headerLength));
  const { meta, tensors } = parseHeader(header, what);
  // A copy, so that tensors are aligned and no view into a larger buffer.
  const payload = new Uint8Array(bytes.subarray(prefix + headerLength)).buffer;
  return { meta, tensors: readTensors(tensors, payload, what) };
}

function parseHeader(json: string, what: string): { meta: unknown; tensors: readonly TensorEntry[] } {
  let header: { meta?: unknown; tensors?: unknown };
  try {
    header = JSON.parse(json);
  } catch (cause) {
    throw new CheckpointError(`${what}: expected a header in JSON, got something else`, { cause });
  }
  const { meta, tensors } = header ?? {};
  if (!Array.isArray(tensors) || !tensors.every(isEntry))
    throw new CheckpointError(`${what}: expected a list of tensors in the header, got something else`);
  return { meta, tensors };
}

const isEntry = (entry: Partial<TensorEntry> | null): entry is TensorEntry =>
  typeof entry?.name === 'string' &&
  typeof entry.dtype === 'string' &&
  isDType(entry.dtype) &&
  Array.isArray(entry.shape) &&
  entry.shape.every((n) => Number.isSafeInteger(n) && n >= 0);

function readTensors(entries: readonly TensorEntry[], payload: ArrayBuffer, what: string): Tensors {
  let at = 0;
  const read = entries.map(({ name, dtype, shape }): [string, Tensor] => {
    const count = sizeOf(shape);
    const length = count * arrayType(dtype).BYTES_PER_ELEMENT;
    if (!(at + length <= payload.byteLength))
      throw new CheckpointError(
        `${what}: expected ${length} bytes of ${name}, got ${payload.byteLength - at}`,
      );
    const tensor = tensorOf(
      dtype,
      shape,
      new (arrayType(dtype) as Float32ArrayConstructor)(payload, at, count),
    );
    at += pad8(length);
    return [name, tensor];
  });
  if (at !== payload.byteLength)
    throw new CheckpointError(`${what}: expected ${at} bytes of tensors, got ${payload.byteLength}`);
  return Object.fromEntries(read);
}

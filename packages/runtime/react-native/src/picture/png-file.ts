import { type Orientation, orientationOf } from './orientation.ts';

/** What stands in a PNG file's header, and the part of the file that makes the pixels. */
export interface PngFile {
  readonly width: number;
  readonly height: number;
  /** Bits a channel, or of an index into the palette. */
  readonly depth: number;
  readonly colorType: number;
  readonly interlaced: boolean;
  readonly orientation: Orientation;
  /** Bytes of compressed pixels. */
  readonly compressed: number;
  /** A PNG of the chunks that matter alone: texts, profiles and times in others are not looked at. */
  readonly essence: Uint8Array;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const kept = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'];

export const isPng = (bytes: Uint8Array): boolean =>
  bytes.length > 8 && signature.every((byte, i) => bytes[i] === byte);

/** @throws Error when the file is cut off, or is not made of chunks as PNG asks */
export function readPngFile(bytes: Uint8Array): PngFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [bytes.subarray(0, signature.length)];
  let orientation: Orientation = 1;
  let compressed = 0;
  let at = signature.length;
  let type = '';
  while (type !== 'IEND') {
    if (at + 12 > bytes.length) throw new Error('a PNG that is cut off');
    const length = view.getUint32(at);
    if (at + 12 + length > bytes.length) throw new Error('a PNG that is cut off');
    type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (parts.length === 1 && (type !== 'IHDR' || length !== 13)) throw new Error('a PNG without a header');
    if (kept.includes(type)) parts.push(bytes.subarray(at, at + 12 + length));
    else if (/^[A-Z]/.test(type)) throw new Error(`a PNG with a chunk ${JSON.stringify(type)}`);
    if (type === 'IDAT') compressed += length;
    if (type === 'eXIf') orientation = orientationOf(content);
    at += 12 + length;
  }
  const header = signature.length + 8;
  return {
    width: view.getUint32(header),
    height: view.getUint32(header + 4),
    depth: bytes[header + 8]!,
    colorType: bytes[header + 9]!,
    interlaced: bytes[header + 12] !== 0,
    orientation,
    compressed,
    essence: joined(parts),
  };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

import { type Orientation, orientationOf } from './orientation.ts';

/** What a PNG file says of its pixels. */
export interface PngFile {
  readonly width: number;
  readonly height: number;
  /** Bits a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** 0: gray, 2: colours, 3: a palette, 4: gray with alpha, 6: colours with alpha. */
  readonly colorType: number;
  readonly interlaced: boolean;
  readonly orientation: Orientation;
  /** Red, green and blue of each colour. */
  readonly palette: Uint8Array | undefined;
  /** Of a palette the alphas of the first colours; else the samples of the one colour that is clear, 16 bits each. */
  readonly transparency: Uint8Array | undefined;
  /** The rows, as zlib has packed them. */
  readonly packed: Uint8Array;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const read = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND', 'eXIf'];

export const isPng = (bytes: Uint8Array): boolean =>
  bytes.length > 8 && signature.every((byte, i) => bytes[i] === byte);

/**
 * Texts, profiles, times and other pictures of an animation are not looked at.
 * @throws Error when the file is cut off, changed, or not made of chunks as PNG asks
 */
export function readPngFile(bytes: Uint8Array): PngFile {
  const chunks = readChunks(bytes);
  const contents = (type: string) =>
    chunks.filter((chunk) => chunk.type === type).map(({ content }) => content);
  const [header] = contents('IHDR');
  if (chunks[0]?.type !== 'IHDR' || header?.length !== 13) throw new Error('a PNG without a header');
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [depth = 0, colorType = 0, compression, filters, interlace = 0] = header.subarray(8);
  if (compression !== 0 || filters !== 0 || interlace > 1) throw new Error('a PNG of an unknown kind');
  const [exif] = contents('eXIf');
  return {
    width: view.getUint32(0),
    height: view.getUint32(4),
    depth,
    colorType,
    interlaced: interlace === 1,
    orientation: exif ? orientationOf(exif) : 1,
    palette: contents('PLTE')[0],
    transparency: contents('tRNS')[0],
    packed: joined(contents('IDAT')),
  };
}

interface Chunk {
  readonly type: string;
  readonly content: Uint8Array;
}

/** The chunks that are read, to the one that ends the file. */
function readChunks(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  let at = signature.length;
  let type = '';
  while (type !== 'IEND') {
    const length = at + 12 > bytes.length ? Number.POSITIVE_INFINITY : view.getUint32(at);
    const end = at + 12 + length;
    if (end > bytes.length) throw new Error('a PNG that is cut off');
    type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (read.includes(type)) {
      if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4))
        throw new Error(`a PNG whose chunk ${type} was changed`);
      chunks.push({ type, content: bytes.subarray(at + 8, end - 4) });
    } else if (!/^[a-z][A-Za-z]{3}$/.test(type))
      throw new Error(`a PNG with a chunk ${JSON.stringify(type)}`);
    at = end;
  }
  return chunks;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The remainder by x^32 + x^26 + x^23 + … + 1, bits reversed: https://www.w3.org/TR/png-3/#D-CRCAppendix */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = remainders[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});
